"""Questions of the past over stored tracks and readings: who was where, near whom, for how long, how many (pure)."""
