"""Faults that a test plans for a fake: which call, how it fails, and whether it acts before."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

ALWAYS = math.inf


class ProcessDied(BaseException):
    """The process ends here: nothing behind this line happens, and nothing may catch it."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """What the next `times` calls of `call` raise, if they carry `text` (empty: any does)."""

    call: str
    error: BaseException
    performed: bool
    text: str
    times: float


@dataclass(slots=True)
class Faults:
    """The faults planned for one fake; each call meets at most one."""

    planned: list[Fault] = field(default_factory=list)

    def plan(
        self,
        call: str,
        error: BaseException,
        *,
        performed: bool = False,
        text: str = "",
        times: float = 1,
    ) -> None:
        """Have the next calls fail; `performed` ones first do what they were asked."""
        fault = Fault(call=call, error=error, performed=performed, text=text, times=times)
        self.planned.append(fault)

    def meet(self, call: str, text: str = "") -> Fault | None:
        """Return the fault of this call, raised at once unless the call is to be performed."""
        for fault in self.planned:
            if fault.times > 0 and fault.call == call and fault.text in ("", text):
                fault.times -= 1
                if not fault.performed:
                    raise fault.error
                return fault
        return None
