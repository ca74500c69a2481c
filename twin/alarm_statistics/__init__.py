"""How the alarm system does (pure): counts, rates, floods and bad actors from the changes the journal holds."""
