"""The command line ``invexcheck FILE...``: exit status 0 if all are valid, 1 if not, 2 on wrong usage."""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # `python -m` looks into the current directory first; a json.py there must not be imported.
    _here = sys.path[0]
    sys.path.sort(key=lambda entry: entry in ("", _here))

import argparse
import json
import os
import re
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from typing import NoReturn

from invexcheck.errors import Refuse
from invexcheck.limits import Limits
from invexcheck.supervise import Supervisor
from invexcheck.verdict import TrustedBase, Verdict, plain

SUFFIXES = (".cert.json", ".cert.json.gz")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Messages repeat arguments, hence names of files, which must not reach the terminal as they are."""
        super().error(plain(message))


def _positive(text: str) -> int:
    if re.fullmatch(r"[1-9][0-9]{0,17}", text) is None:
        raise argparse.ArgumentTypeError(f"{text} is not a positive integer")
    return int(text)


def _parser() -> _Parser:
    parser = _Parser("invexcheck", description="Validate certificates of invexproof.", allow_abbrev=False)
    add = parser.add_argument
    add("files", nargs="*", metavar="FILE", help="a certificate, or a folder of *.cert.json[.gz]")
    add("--json", action="store_true", help="print one JSON document, for machines")
    add("-q", "--quiet", action="store_true", help="print only what is not valid")
    add("--subject", metavar="FILE", help="a certificate or table of terms that must have the same subject")
    add("--require", choices=("rocq", "paper"), default="paper", help="proof that each lemma needs, at least")
    add("-j", "--jobs", type=_positive, default=2, help="checking processes at a time (default: %(default)s)")
    add("--rules", action="store_true", help="print the rules and lemmas, and exit")
    add("--version", action="store_true", help="print the versions of all that is trusted, and exit")
    group = parser.add_argument_group("limits, above which a file is refused")
    for limit in fields(Limits):
        name, text = f"--max-{limit.name}", f"{limit.metadata['help']} (default: %(default)s)"
        group.add_argument(name, type=_positive, default=limit.default, metavar="N", help=text)
    return parser


def _expand(path: str, parser: _Parser) -> list[str]:
    """The certificates in a directory, sorted; anything else is a file, for the reader to judge."""
    if not os.path.isdir(path):
        return [path]

    def fail(error: OSError) -> NoReturn:
        parser.error(f"cannot search {path}: {error.strerror}")

    found = [os.path.join(top, name) for top, _, names in os.walk(path, onerror=fail) for name in names]
    certificates = sorted(name for name in found if name.endswith(SUFFIXES))
    if not certificates:
        parser.error(f"there is no *.cert.json or *.cert.json.gz in {path}")
    return certificates


def _about(base: TrustedBase, rules: bool) -> int:
    """Print the versions of what is trusted, and the tables of rules and lemmas if asked for."""
    lines = [base.text()]
    if rules:
        lines += ["rules:", *(f"  {name:24} {title}" for name, title in base.rules.items())]
        lines += ["lemmas:", *(f"  {name:24} {title} ({by})" for name, (by, title) in base.lemmas.items())]
    print(*map(plain, lines), sep="\n", flush=True)
    return 0


def _against(verdict: Verdict, subject: str | None) -> Verdict:
    """INVALID if the certificate is about something else than `subject`, a digest."""
    if subject is None or verdict.verified is None or verdict.verified.subject_digest == subject:
        return verdict
    reason = f"the digest of its subject is {verdict.verified.subject_digest}, that of yours is {subject}"
    return replace(verdict, status="INVALID", code="subject", reason=reason, verified=None)


def _check(names: list[str], arguments: argparse.Namespace, supervisor: Supervisor, parser: _Parser) -> int:
    """Check the files and print the verdicts; the exit status."""
    subject = None
    if arguments.subject is not None:
        try:
            subject = supervisor.subject(arguments.subject)
        except Refuse as refuse:
            parser.error(f"--subject {arguments.subject}: {refuse.message}")
    verdicts = []
    for found in supervisor.check_all(names):
        verdicts.append(verdict := _against(found, subject))
        if not arguments.json and not (arguments.quiet and verdict.status == "VALID"):
            print(verdict.text(supervisor.base), flush=True)
    trusted = asdict(supervisor.base) if supervisor.base else None
    if arguments.json:
        document = {"trusted_base": trusted, "verdicts": [asdict(verdict) for verdict in verdicts]}
        print(json.dumps(document, indent=1), flush=True)
    elif not arguments.quiet:
        counts = Counter(verdict.status for verdict in verdicts)
        print(
            f"{counts['VALID']} valid, {counts['INVALID']} invalid, {counts['REFUSED']} refused", flush=True
        )
        if supervisor.base:
            print(f"Trusted: {supervisor.base.text()}", flush=True)
    return 0 if all(verdict.status == "VALID" for verdict in verdicts) else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status, and raises SystemExit on wrong usage."""
    # Ending by an exception ends the checking processes too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    parser = _parser()
    options = parser.parse_args(arguments)
    limits = Limits(**{limit.name: getattr(options, f"max_{limit.name}") for limit in fields(Limits)})
    names = [name for path in options.files for name in _expand(path, parser)]
    if not names and not options.version and not options.rules:
        parser.error("no file to check")
    try:
        with Supervisor(limits, min(options.jobs, len(names) or 1), options.require) as supervisor:
            if options.version or options.rules:
                return _about(supervisor.start(), options.rules)
            return _check(names, options, supervisor, parser)
    except Refuse as refuse:
        print(f"invexcheck: {plain(refuse.message)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except OSError:
        # Nobody reads standard output: not all verdicts have been seen. Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
