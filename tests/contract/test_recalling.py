"""What every channel keeps to when it is asked what was said."""

from __future__ import annotations

import pytest

from chalicelib import registry
from chalicelib.domain.account import Account, AccountRef
from chalicelib.errors import TransientError, Unauthorised
from tests.channels import channel, meta_secrets

#: Who tells nothing of the past; everybody else must, or say so here.
SILENT = {"whatsapp"}


@pytest.mark.parametrize("name", registry.channel_names())
def test_a_channel_tells_nothing_of_the_past_or_says_that_it_is_not_reached(name):
    secrets = meta_secrets()
    secrets.put(f"accounts/{name}/1", "access_tokens", "token")
    account = Account(ref=AccountRef(name, "1"), desk="local")
    told = channel(name, secrets).recall(account=account, since=0)
    assert (told is None) == (name in SILENT)
    if told is not None:
        with pytest.raises(TransientError) as raised:
            next(told)
        assert not isinstance(raised.value, Unauthorised)


@pytest.mark.parametrize("name", sorted(set(registry.channel_names()) - SILENT))
def test_a_channel_without_a_token_is_not_asked(name):
    account = Account(ref=AccountRef(name, "1"), desk="local")
    with pytest.raises(Unauthorised):
        next(channel(name).recall(account=account, since=0) or iter(()))
