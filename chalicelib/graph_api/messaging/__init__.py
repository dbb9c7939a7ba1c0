"""What Messenger and Instagram share: the `messaging`, `standby` and `changes` of an entry."""
