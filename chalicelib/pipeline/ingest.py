"""Ingest: parse each item of an envelope, store what it means, and wake who has work to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from chalicelib.domain.changes import Claim, ClaimDropped, Claimed, ClaimKey, Outcome
from chalicelib.domain.desk_events import DeskEvent
from chalicelib.domain.envelope import Book, Envelope, compact, digest
from chalicelib.domain.events import ChannelEvent
from chalicelib.domain.keeping import Bodies
from chalicelib.domain.ports import Channel, Clock, Directory, Helpdesk, Log, Queue, Webhook
from chalicelib.domain.store import DeletionRequests, Found, Store
from chalicelib.errors import ConfigurationError, Conflict, MalformedPayload, TransientError
from chalicelib.pipeline.books import Bookkeeper, Copy, Decide, woken
from chalicelib.pipeline.channel_events import ChannelEvents, without_account
from chalicelib.pipeline.decision import Decision, in_view, parked
from chalicelib.pipeline.deletions import REQUESTED, take_in
from chalicelib.pipeline.desk_events import DeskEvents
from chalicelib.pipeline.erased import Erased
from chalicelib.pipeline.fan_out import Raw, fanned_out, item_of
from chalicelib.pipeline.file_policy import as_wanted
from chalicelib.pipeline.files import FileKeeper, found_since, of_earlier
from chalicelib.pipeline.receive import in_batches
from chalicelib.pipeline.related import found_of
from chalicelib.pipeline.set_aside import (
    DEAD_LETTER,
    NO_ENVELOPE,
    copy_of,
    envelope_of,
    kept,
    messages_of,
    place_of_body,
    whole_of,
)
from chalicelib.pipeline.wake import Wake, Wakeups


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
    erased: Erased
    requests: DeletionRequests
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
        if envelope.source == REQUESTED:
            take_in(envelope, self.requests)
        elif envelope.replays:
            self._replay(ClaimKey(*envelope.replays))
        else:
            self._take(envelope, message_id)

    def park(self, text: str, *, message_id: str) -> None:
        """
        Set aside what still cannot be ingested of a queue message that failed again and again.

        Most of it can: what stood before the item that failed is in the books already, and what
        stood behind it was never tried. While the deployment is wrong or what is asked for does not
        answer, nothing is set aside: it comes again. A replay holds nothing itself: what it was to
        let go is still parked. Takes the same as `ingest`, raises the same.
        """
        self.log.alarm("dead letter", message_id=message_id)
        try:
            envelope = Envelope.decode(text)
        except MalformedPayload:
            self._keep_whole(text, message_id)
            return
        if envelope.source == REQUESTED:
            take_in(envelope, self.requests)
            return
        if envelope.pointer and not envelope.origin:
            self._open_or_set_aside(envelope, message_id)
            return
        wakes: list[Wake] = []
        for copy in self._copies(envelope, message_id):
            try:
                wakes += self._item(copy)
            except TransientError:
                wakes += self._set_aside(copy, DEAD_LETTER)
        self.wakeups.send(wakes)

    def _take(self, envelope: Envelope, message_id: str) -> None:
        if envelope.pointer and not envelope.origin:
            self._fan_out(envelope, message_id)
            return
        wakes: list[Wake] = []
        try:
            for copy in self._copies(envelope, message_id):
                wakes += self._item(copy)
        finally:
            self.wakeups.send(wakes)

    def _copies(self, envelope: Envelope, message_id: str) -> Iterator[Copy]:
        """Yield the items of an envelope, named by the queue message that first brought them."""
        origin = envelope.origin or message_id
        for ordinal, raw in enumerate(self._items(envelope), start=envelope.first):
            yield Copy(
                source=envelope.source,
                book=envelope.book,
                received_at=envelope.received_at,
                raw=raw,
                kept=kept(envelope, raw),
                owner=f"{origin}#{ordinal}",
            )

    def _replay(self, key: ClaimKey) -> None:
        """Decide again on what is parked under a key; what still cannot be read stays parked."""
        claim = self.store.find(claim=key).claims.get(key)
        if claim is None:
            return
        if claim.outcome is not Outcome.PARKED:
            # The first delivery of this replay may have ended before the wake-ups.
            self.wakeups.send(woken(claim))
            return
        try:
            self._release(claim)
        except (TransientError, ConfigurationError):
            raise
        except Exception as exc:  # noqa: BLE001 - a body may be gone: that must not hold up others
            self.log.alarm("replay failed", owner=claim.owner, error=type(exc).__name__)

    def _release(self, claim: Claim) -> None:
        whole = whole_of(claim)
        if whole is None:
            envelope = envelope_of(claim)
            (raw,) = self._items(envelope)
            self.wakeups.send(self._item(copy_of(claim, raw)))
            return
        # Each message that brought the same brought items of its own name.
        for message_id in messages_of(claim):
            self._take(whole, message_id)
        self.store.commit(ClaimDropped(claim))

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
            reason=NO_ENVELOPE,
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
            place = place_of_body(pointer)
            whole = Copy(
                source=pointer.source,
                book=pointer.book,
                received_at=pointer.received_at,
                raw=place,
                kept=compact(place),
                owner=f"{message_id}#0",
            )
            self._set_aside(whole, DEAD_LETTER)

    def _item(self, copy: Copy) -> Sequence[Wake]:
        try:
            return self._apply(copy)
        except (TransientError, ConfigurationError):
            raise
        except Exception as exc:  # noqa: BLE001 - one bad item never costs its neighbours
            return self._set_aside(copy, f"crash:{type(exc).__name__}")

    def _set_aside(self, copy: Copy, reason: str) -> Sequence[Wake]:
        key = ClaimKey(copy.source, f"raw:{digest(compact(copy.raw))}")
        return self._books.enter(
            copy, key, find=lambda: self.store.find(claim=key), decide=lambda _: parked(reason)
        )

    def _apply(self, copy: Copy) -> Sequence[Wake]:
        side, _, name = copy.source.partition(":")
        if side == "channel":
            return self._apply_of_channel(self.channel(name), copy)
        return self._apply_of_desk(name, copy)

    def _apply_of_channel(self, channel: Channel, copy: Copy) -> Sequence[Wake]:
        event = channel.parse(copy.raw, received_at=copy.received_at)
        key = ClaimKey.of_account(event.account, event.key)

        def decide(found: Found) -> Decision:
            account = self.directory.account(event.account)
            if account is None:
                return without_account(event)
            now = self.clock()
            decision = self.channel_events.decide(
                as_wanted(event, account),
                account=account,
                found=found,
                now=now,
                came_at=copy.came_at(now),
            )
            self.keeper.forget(decision.forgets)
            kept = self.keeper.kept(decision, lambda file: channel.locate(file, account=account))
            before, after = of_earlier(decision), of_earlier(kept)
            said = self.store.said(kept.conversation_id) if before != after else []
            return replace(kept, changes=[*kept.changes, *found_since(said, before, after)])

        return self._enter(copy, key, decide, event=event)

    def _apply_of_desk(self, desk: str, copy: Copy) -> Sequence[Wake]:
        helpdesk = self.helpdesk(desk)
        event = helpdesk.parse(copy.raw, received_at=copy.received_at)

        def decide(found: Found) -> Decision:
            now = self.clock()
            decision = self.desk_events.decide(
                event, desk=desk, found=found, now=now, came_at=copy.came_at(now)
            )
            if helpdesk.promise.asks_back:
                decision = in_view(decision, now=now)
            return self.keeper.kept(decision, helpdesk.locate)

        key = ClaimKey.of_desk(desk, event.key)
        return self._enter(copy, key, decide, event=event, desk=desk)

    def _enter(
        self,
        copy: Copy,
        key: ClaimKey,
        decide: Decide,
        *,
        event: ChannelEvent | DeskEvent,
        desk: str = "",
    ) -> Sequence[Wake]:
        return self._books.enter(
            copy,
            key,
            find=lambda: found_of(event, key, desk=desk, store=self.store, erased=self.erased),
            decide=lambda found: self.erased.decision(event, key, found) or decide(found),
            others=self.erased.lines(key),
            event=event,
        )

    @property
    def _books(self) -> Bookkeeper:
        return Bookkeeper(self.store, self.log)

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
