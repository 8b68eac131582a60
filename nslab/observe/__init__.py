"""Read-only snapshots of the machine as typed values."""
