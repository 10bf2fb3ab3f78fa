"""The pages for staff: signing in, lists, a journey read in a real browser."""
