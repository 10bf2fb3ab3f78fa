"""The story, readable aloud: what happens to a loan, to money that comes in, to promises, and to what got stuck."""
