"""Which helpdesks there are: the folders, and nothing else that a name could stand for."""

from __future__ import annotations

import pytest

from chalicelib import registry
from chalicelib.domain.account import Desk
from chalicelib.errors import UnknownIntegration
from tests.fakes.secrets import MemorySecrets


def test_there_is_a_helpdesk():
    assert "django_helpdesk" in registry.helpdesk_names()


@pytest.mark.parametrize("name", ["", "nobodys", "..", "django_helpdesk.client", "os"])
def test_a_helpdesk_nobody_wrote_is_unknown(name: str):
    with pytest.raises(UnknownIntegration):
        registry.helpdesk(Desk(id="d", helpdesk=name, url="http://x"), secrets=MemorySecrets())
