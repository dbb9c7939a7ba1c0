"""Ingest: parse each item of an envelope, store what it means, and wake who has work to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chalicelib.domain.account import AccountRef
from chalicelib.domain.changes import Claim, Claimed, ClaimKey, Outcome, SentKey
from chalicelib.domain.envelope import Book, Envelope, compact, digest, trace
from chalicelib.domain.events import ChannelEvent, DeskEvent, ReplyWritten, TicketChanged
from chalicelib.domain.ports import (
    Bodies,
    Channel,
    Clock,
    Directory,
    Helpdesk,
    Log,
    Queue,
    Webhook,
)
from chalicelib.domain.store import Found, Store
from chalicelib.domain.work import Verb
from chalicelib.errors import ConfigurationError, Conflict, MalformedPayload, TransientError
from chalicelib.pipeline.channel_events import ChannelEvents
from chalicelib.pipeline.decision import Decision, parked
from chalicelib.pipeline.desk_events import DeskEvents
from chalicelib.pipeline.fan_out import Raw, fanned_out, item_of
from chalicelib.pipeline.files import FileKeeper
from chalicelib.pipeline.receive import in_batches
from chalicelib.pipeline.wake import Wake, Wakeups

_TRIES = 8  #: for one item, while others are faster

_Decide = Callable[[Found], Decision]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingester:
    """What ingesting needs; `channel` and `helpdesk` raise UnknownIntegration for unknown names."""

    store: Store
    directory: Directory
    intake: Queue
    bodies: Bodies
    wakeups: Wakeups
    channel: Callable[[str], Channel]
    helpdesk: Callable[[str], Helpdesk]
    channel_events: ChannelEvents
    desk_events: DeskEvents
    keeper: FileKeeper
    clock: Clock
    log: Log

    def ingest(self, text: str, *, message_id: str) -> None:
        """
        Return once every item of a queue message is in the books and who must know was woken.

        `text` is an encoded Envelope and `message_id` the queue's name for it. Raises
        MalformedPayload where it is no envelope, TransientError where it must be tried again;
        trying again changes nothing that was done.
        """
        envelope = Envelope.decode(text)
        if envelope.pointer and not envelope.origin:
            self._fan_out(envelope, message_id)
            return
        wakes: list[Wake] = []
        try:
            for ordinal, raw in enumerate(self._items(envelope), start=envelope.first):
                owner = f"{envelope.origin or message_id}#{ordinal}"
                wakes += self._item(envelope, raw, owner)
        finally:
            self.wakeups.send(wakes)

    def park(self, text: str, *, message_id: str) -> None:
        """
        Set aside what still cannot be ingested of a queue message that failed again and again.

        Most of it can: what stood before the item that failed is in the books already, and what
        stood behind it was never tried. While the deployment is wrong or what is asked for does not
        answer, nothing is set aside: it comes again. Takes the same as `ingest`, raises the same.
        """
        self.log.alarm("dead letter", message_id=message_id)
        try:
            envelope = Envelope.decode(text)
        except MalformedPayload:
            self._keep_whole(text, message_id)
            return
        if envelope.pointer and not envelope.origin:
            self._open_or_set_aside(envelope, message_id)
            return
        wakes: list[Wake] = []
        for ordinal, raw in enumerate(self._items(envelope), start=envelope.first):
            owner = f"{envelope.origin or message_id}#{ordinal}"
            try:
                wakes += self._item(envelope, raw, owner)
            except TransientError:
                self._set_aside(envelope, raw, owner, "dead_letter")
        self.wakeups.send(wakes)

    def _keep_whole(self, text: str, message_id: str) -> None:
        """Park a queue message that is no envelope: another version of us may have written it."""
        claim = Claim(
            key=ClaimKey("intake", f"raw:{digest(text)}"),
            owner=f"{message_id}#0",
            book=Book.IN,
            outcome=Outcome.PARKED,
            source="intake",
            received_at=self.clock(),
            raw=compact(text),
            reason="no_envelope",
        )
        try:
            self.store.commit(Claimed(claim))
        except Conflict:
            self.store.seen_again(claim.key, claim.owner)

    def _open_or_set_aside(self, pointer: Envelope, message_id: str) -> None:
        try:
            self._fan_out(pointer, message_id)
        except (TransientError, ConfigurationError):
            raise
        except Exception:  # noqa: BLE001 - no reason is good enough to lose a body
            place = {"pointer": pointer.pointer, "lanes": list(pointer.lanes)}
            self._set_aside(pointer, place, f"{message_id}#0", "dead_letter")

    def _item(self, envelope: Envelope, raw: Raw, owner: str) -> Sequence[Wake]:
        try:
            return self._apply(envelope, raw, owner)
        except (TransientError, ConfigurationError):
            raise
        except Exception as exc:  # noqa: BLE001 - one bad item never costs its neighbours
            return self._set_aside(envelope, raw, owner, f"crash:{type(exc).__name__}")

    def _set_aside(self, envelope: Envelope, raw: Raw, owner: str, reason: str) -> Sequence[Wake]:
        key = ClaimKey(envelope.source, f"raw:{digest(compact(raw))}")
        return self._settle(envelope, raw, owner, key, lambda _: parked(reason))

    def _apply(self, envelope: Envelope, raw: Raw, owner: str) -> Sequence[Wake]:
        side, _, name = envelope.source.partition(":")
        if side == "channel":
            return self._apply_of_channel(self.channel(name), envelope, raw, owner)
        return self._apply_of_desk(name, envelope, raw, owner)

    def _apply_of_channel(
        self, channel: Channel, envelope: Envelope, raw: Raw, owner: str
    ) -> Sequence[Wake]:
        event = channel.parse(raw, received_at=envelope.received_at)
        key = ClaimKey("#".join(event.account), event.key)

        def decide(found: Found) -> Decision:
            account = self.directory.account(event.account)
            if account is None:
                return parked("no_account")
            decision = self.channel_events.decide(
                event, account=account, found=found, now=self.clock()
            )
            return self.keeper.kept(decision, lambda file: channel.locate(file, account=account))

        return self._settle(envelope, raw, owner, key, decide, event=event)

    def _apply_of_desk(self, desk: str, envelope: Envelope, raw: Raw, owner: str) -> Sequence[Wake]:
        helpdesk = self.helpdesk(desk)
        event = helpdesk.parse(raw, received_at=envelope.received_at)

        def decide(found: Found) -> Decision:
            decision = self.desk_events.decide(event, desk=desk, found=found, now=self.clock())
            return self.keeper.kept(decision, helpdesk.locate)

        key = ClaimKey(f"desk#{desk}", event.key)
        return self._settle(envelope, raw, owner, key, decide, event=event, desk=desk)

    def _settle(
        self,
        envelope: Envelope,
        raw: Raw,
        owner: str,
        key: ClaimKey,
        decide: _Decide,
        *,
        event: ChannelEvent | DeskEvent | None = None,
        desk: str = "",
    ) -> Sequence[Wake]:
        """Write an item into the books together with what it changes, unless it is there."""
        for _ in range(_TRIES):
            found = self._find(key, event, desk)
            if key in found.claims:
                return self._again(found.claims[key], owner)
            decision = decide(found)
            keeps = decision.outcome is not Outcome.IGNORED
            claim = Claim(
                key=key,
                owner=owner,
                book=envelope.book,
                outcome=decision.outcome,
                source=envelope.source,
                received_at=envelope.received_at,
                raw=_kept(envelope, raw) if keeps else "",
                reason=decision.reason,
                conversation_id=decision.conversation_id,
                sequence=decision.sequence,
                parts=decision.parts,
            )
            try:
                self.store.commit(Claimed(claim), *decision.changes)
            except Conflict:
                continue
            self._tell(claim, getattr(event, "message_id", ""))
            return decision.wakes
        raise TransientError("others were faster, again and again")

    def _tell(self, claim: Claim, message_id: str) -> None:
        if claim.outcome is Outcome.PARKED:
            self.log.alarm(
                "item parked", source=claim.source, owner=claim.owner, reason=claim.reason
            )
            return
        self.log.info(
            "ingested",
            source=claim.source,
            owner=claim.owner,
            outcome=claim.outcome,
            conversation=claim.conversation_id,
            sequence=claim.sequence,
            item=trace(message_id) if message_id else "",
            reason=claim.reason,
        )

    def _find(self, key: ClaimKey, event: ChannelEvent | DeskEvent | None, desk: str) -> Found:
        ticket_id = event.ticket_id if isinstance(event, ReplyWritten | TicketChanged) else ""
        account: AccountRef | None = getattr(event, "account", None)
        contact = getattr(event, "contact", None)
        mid: str = getattr(event, "message_id", "")
        return self.store.find(
            claim=key,
            account=account,
            aliases=contact.aliases if contact else (),
            sent=[SentKey(account, mid)] if account and mid else (),
            ticket=(desk, ticket_id) if ticket_id else None,
        )

    def _again(self, claim: Claim, owner: str) -> Sequence[Wake]:
        """Another delivery of an item: of the same copy, or of another one, which is counted."""
        if owner != claim.owner:
            if owner not in claim.seen:
                self.store.seen_again(claim.key, owner)
            return ()
        # The first delivery may have ended between the commit and the wake-ups, whichever they were.
        woken = claim.conversation_id
        return [Wake(verb, woken) for verb in Verb] if woken else ()

    def _fan_out(self, pointer: Envelope, message_id: str) -> None:
        """Queue a kept body's items lane by lane; doing it again sends the same messages."""
        body, webhook = self.bodies.fetch(pointer.pointer), self._webhook(pointer)
        for batch in in_batches(fanned_out(pointer, body, webhook, origin=message_id)):
            if None in self.intake.send(batch):
                raise TransientError("the queue refused an entry")

    def _items(self, envelope: Envelope) -> Sequence[Raw]:
        if not envelope.pointer:
            return envelope.items
        body = self.bodies.fetch(envelope.pointer)
        return [item_of(envelope, body, self._webhook(envelope))]

    def _webhook(self, envelope: Envelope) -> Webhook:
        side, _, name = envelope.source.partition(":")
        return self.channel(name) if side == "channel" else self.helpdesk(name)


def _kept(envelope: Envelope, raw: Raw) -> str:
    """Return what the books keep of an item: itself, or where it is if no row would take it."""
    place = {"body": envelope.pointer, "item": envelope.first}
    return compact(place if envelope.pointer and envelope.origin else raw)
