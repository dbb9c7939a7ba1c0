"""Mistakes that a bridge like this one can be written with, each of which the storm must find."""

from __future__ import annotations

from typing import Final

from tests.storm.bugs_at_the_edge import AT_THE_EDGE
from tests.storm.bugs_coming_in import COMING_IN
from tests.storm.bugs_going_out import GOING_OUT
from tests.storm.bugs_of_helpdesks import OF_HELPDESKS
from tests.storm.bugs_of_whims import OF_WHIMS
from tests.storm.world import Bug

BUGS: Final[dict[str, Bug]] = COMING_IN | GOING_OUT | AT_THE_EDGE | OF_HELPDESKS | OF_WHIMS
