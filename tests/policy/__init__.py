"""What a journey does next, proved as diaries of loans, as properties, and rule by rule."""
