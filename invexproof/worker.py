"""The worker's side of :mod:`invexproof.execution`: one JSON object a line, a request in, a reply out."""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from fractions import Fraction
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from invexproof.errors import InvexproofError
from invexproof.expressions.terms import Expression

if TYPE_CHECKING:
    from invexproof.networks.network import Network
    from invexproof.networks.regions import Region
    from invexproof.provers.outcome import Outcome

MEMORY: Final = 6 << 30
"""Bytes of address space: a search that wants more ends, rather than the machine's other work."""

Request = dict[str, Any]


def main() -> None:
    """Answer requests until the input ends; when the parent is gone the process ends at once, mid-search."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # Nothing but replies may reach the parent.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    requests: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    while True:
        reply = answer(json.loads(requests.get()))
        output.write(json.dumps(reply).encode("ascii") + b"\n")
        output.flush()


def _listen(requests: SimpleQueue[bytes]) -> None:
    for line in sys.stdin.buffer:
        requests.put(line)
    os._exit(0)


def answer(request: Request) -> dict[str, Any]:
    """The reply to a request: its result, an ``error`` of the user's input, or a ``failure`` of the program."""
    started = time.monotonic()
    try:
        reply = OPERATIONS[request["operation"]](request)
    except InvexproofError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"failure": "out of memory"}
    except Exception as error:  # A defect of the search must not look like bad input, nor end the worker.
        return {"failure": f"{type(error).__name__}: {error}"[:500]}
    return {**reply, "seconds": time.monotonic() - started}


def _prove(request: Request) -> dict[str, Any]:
    expression = Expression.from_table(request["subject"])
    kind, timeout = request["kind"], request["timeout"]
    constant = None if request["constant"] is None else Fraction(request["constant"])
    if request["parameters"]:
        from invexproof.provers.families import prove_family

        outcome = prove_family(expression, _ranges(request["parameters"]), kind, constant, timeout)
    else:
        from invexproof.provers.univariate import prove_activation

        outcome = prove_activation(expression, kind, constant, timeout)
    return _reply(outcome)


def _prove_map(request: Request) -> dict[str, Any]:
    from invexproof.provers.maps import prove_map

    network, region = _network(request), _region(request)
    return _reply(prove_map(network, request["kind"], region, request["timeout"], **_sidecar(request)))


def _prove_composition(request: Request) -> dict[str, Any]:
    from invexproof.provers.maps import prove_composition

    network, region = _network(request), _region(request)
    almost, timeout = request["almost_everywhere"], request["timeout"]
    return _reply(prove_composition(network, region, almost, timeout, **_sidecar(request)))


def _prove_training(request: Request) -> dict[str, Any]:
    from invexproof.provers.training import prove_training

    asked = (request[key] for key in ("kind", "method", "start", "step", "timeout"))
    return _reply(prove_training(request["subject"], *asked))


def _invexify(request: Request) -> dict[str, Any]:
    from invexproof.provers.maps import invexify

    found = invexify(_network(request), request["timeout"], _region(request))
    return {
        "proposals": [
            {
                **_reply(proposal.outcome),
                "changes": list(proposal.changes),
                "subject": proposal.network.to_subject(),
            }
            for proposal in found
        ]
    }


def _network(request: Request) -> Network:
    from invexproof.networks.network import Network

    return Network.from_subject(request["subject"], request["folder"])


def _region(request: Request) -> Region | None:
    pairs = request["region"]
    return None if pairs is None else tuple((Fraction(low), Fraction(high)) for low, high in pairs)


def _sidecar(request: Request) -> dict[str, str]:
    """The file of weights that the certificate is to name, as an argument of the search; none if there is none."""
    return {} if request["sidecar"] is None else {"sidecar": request["sidecar"]}


def _reply(outcome: Outcome) -> dict[str, Any]:
    return {
        "verdict": outcome.verdict.value,
        "document": outcome.document,
        "reason": outcome.reason,
        "boxes": outcome.boxes,
        "delta": outcome.delta,
        "notes": outcome.notes,
    }


def _ranges(parameters: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    from invexproof.provers.families import Range

    def read(bounds: Mapping[str, str], closed: str, opened: str) -> Fraction | None:
        text = bounds.get(closed, bounds.get(opened))
        return None if text is None else Fraction(text)

    return {
        name: Range(read(b, "ge", "gt"), read(b, "le", "lt"), "ge" not in b, "le" not in b)
        for name, b in parameters.items()
    }


def _consult(request: Request) -> dict[str, Any]:
    from invexproof.opinions import consult_here

    constant = None if request["constant"] is None else Fraction(request["constant"])
    return consult_here(
        request["engine"],
        Expression.from_table(request["subject"]),
        request["kind"],
        constant,
        Fraction(request["delta"]),
        request["timeout"],
    )


OPERATIONS: Final[Mapping[str, Callable[[Request], dict[str, Any]]]] = {
    "prove": _prove,
    "prove-map": _prove_map,
    "prove-composition": _prove_composition,
    "prove-training": _prove_training,
    "invexify": _invexify,
    "consult": _consult,
}
