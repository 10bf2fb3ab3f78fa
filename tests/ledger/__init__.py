"""What is remembered, proved on both databases: turns, sends, work, money, keys and the shape itself."""
