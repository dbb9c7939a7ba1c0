"""What Scripta speaks of: plain values and the ports it needs, standard library only."""
