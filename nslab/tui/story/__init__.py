"""The lesson's story: four stages, exactly one card open."""
