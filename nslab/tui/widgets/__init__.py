"""Parts that several screens share: bars, frames, the band of a wrecked lab."""
