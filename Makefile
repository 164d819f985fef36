# Everything works from a fresh clone: each target first makes the virtual environment .venv; nothing to install by hand.
#
#   make demo     two activations and two networks, proved or refuted, checked and explained (start here)
#   make test     the fast tests; SLOW=1 for all of them; ARGS='-k parser' is handed to pytest
#   make lint     ruff                        make types    mypy --strict
#   make docs     the manual, into site/      make atlas    certificates for the whole catalogue of activations
#   make audit    what invexapi marks, decided: docs/audit-invexapi.md and its certificates
#   make gallery  claims about networks and training, decided: docs/gallery*.md, certificates/maps and certificates/training
#   make lemmas   compiles the proofs of the lemmas in Rocq (lemmas/rocq), which must be installed: see its error
#   make kernel   the atlas's certificates, checked by Rocq's kernel: certificates/rocq.json
#   make bench    the benchmarks              make venv     only the environment
#   make clean    removes what these targets made
#
# PYTHON=python3.12 chooses the interpreter, VENV=DIR the environment, EXTRAS=test,torch what is installed into it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV   ?= .venv
EXTRAS ?= test
ARGS   ?=
SLOW   ?=

BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip install --quiet --disable-pip-version-check
comma   := ,
# One stamp a set of extras; a pyproject file changed since then makes it stale, and the installation is redone.
STAMP      := $(VENV)/.installed-$(subst $(comma),-,$(EXTRAS))
DOCS_STAMP := $(VENV)/.installed-docs
PROJECTS   := pyproject.toml invexcheck/pyproject.toml

# The Debian packages with Rocq (8.16, where it is called Coq) and the libraries that lemmas/rocq needs, all in one place.
ROCQ_PACKAGES := coq libcoq-coquelicot libcoq-interval libcoq-mathcomp-algebra libcoq-mathcomp-fingroup \
                 libcoq-mathcomp-analysis
ROCQ_LIBRARIES := Coquelicot Flocq Interval mathcomp/algebra mathcomp/analysis mathcomp/fingroup mathcomp/ssreflect
ROCQ_JOBS ?= 2

.PHONY: help venv demo test lint types docs atlas audit gallery kernel lemmas rocq-packages bench clean

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

venv: $(STAMP)

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "error: there is no '$(PYTHON)': install Python 3.11 or newer (Debian: apt install python3 python3-venv)," \
	       "or name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: '$(PYTHON)' is $$($(PYTHON) --version 2>&1), but invexproof needs Python 3.11 or newer" \
	       "(Debian 12 has it: apt install python3 python3-venv); or name one: make PYTHON=/path/to/python3.11" >&2; \
	  exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "error: '$(PYTHON)' lacks the venv module; on Debian and Ubuntu: apt install" \
	       "$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMP): $(PROJECTS) | $(BIN)/python
	$(PIP) --editable ./invexcheck --editable '.[$(EXTRAS)]'
	@touch $@

$(DOCS_STAMP): $(PROJECTS) | $(BIN)/python
	$(PIP) --editable ./invexcheck --editable '.[docs]'
	@touch $@

# $(call show,STATUS,COMMAND): print the command, run it, and fail unless it ends with that exit status.
show = @printf '\n\033[1m$$ %s\033[0m\n' '$(2)'; PATH="$$(cd $(BIN) && pwd):$$PATH"; \
  status=0; $(2) || status=$$?; \
  if [ $$status -ne $(1) ]; then echo "error: exit status $$status where $(1) was due" >&2; exit 1; fi

demo: venv
	@mkdir -p demo
	$(call show,0,invexproof prove activation gelu -o demo/gelu.cert.json)
	$(call show,0,invexcheck demo/gelu.cert.json)
	$(call show,0,invexproof explain demo/gelu.cert.json)
	@printf '\n%s\n' 'hardswish is not invex: the answer is a certified refutation, and the exit status of prove is 10.'
	$(call show,10,invexproof prove activation hardswish -o demo/hardswish.cert.json)
	$(call show,0,invexcheck demo/hardswish.cert.json)
	$(call show,0,invexproof explain demo/hardswish.cert.json)
	@printf '\n%s\n' 'A residual block has a nonsingular Jacobian at every input; tanh(x + 1) - tanh(x - 1) has not.'
	$(call show,0,invexproof prove map examples/residual.yaml -o demo/residual.cert.json)
	$(call show,0,invexcheck demo/residual.cert.json)
	$(call show,10,invexproof prove map examples/bump.yaml -o demo/bump.cert.json)
	$(call show,0,invexcheck demo/bump.cert.json)
	$(call show,0,invexproof explain demo/bump.cert.json)
	@printf '%s\n' '' 'The certificates are in demo/. Next, try:' \
	  '  source $(BIN)/activate' \
	  '  invexproof prove activation --formula "x*tanh(softplus(x))" -o mine.cert.json' \
	  '  invexproof prove composition examples/residual.yaml --loss mse:1/2,0' \
	  '  invexproof --help' \
	  '  make test'

test: venv
	$(BIN)/python -m pytest $(if $(SLOW),,-m 'not slow') $(ARGS)

lint: venv
	$(BIN)/python -m ruff check .

types: venv
	$(BIN)/python -m mypy

docs: $(DOCS_STAMP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo 'The manual is in site/index.html'

atlas: venv
	$(BIN)/invexproof atlas -o .

audit:
	$(MAKE) venv EXTRAS=test,invexapi
	$(BIN)/invexproof audit invexapi -o .

gallery: venv
	$(BIN)/python -m invexproof.gallery -o .

kernel: venv
	$(BIN)/python -m invexproof.rocq -o .

# Every file of the folder is a part of it, in the order of their dependencies; coq_makefile finds both out.
lemmas:
	@command -v coqc coq_makefile >/dev/null && for library in $(ROCQ_LIBRARIES); do \
	    test -d "$$(coqc -where)/user-contrib/$$library" || { missing="$$library"; break; }; \
	  done && test -z "$${missing-}" || { \
	  echo "error: $${missing:+the library $$missing of }Rocq (Coq 8.16) is not installed:" \
	       "apt install $(ROCQ_PACKAGES)" >&2; exit 1; }
	@cd lemmas/rocq && coq_makefile -f _CoqProject *.v -o CoqMakefile
	@$(MAKE) --no-print-directory -C lemmas/rocq -f CoqMakefile -j$(ROCQ_JOBS)

rocq-packages:
	@echo $(ROCQ_PACKAGES)

bench: venv
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) demo site build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	cd lemmas/rocq && rm -f *.vo *.vok *.vos *.glob .*.aux .lia.cache .nia.cache .nra.cache CoqMakefile CoqMakefile.conf .CoqMakefile.d
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
