"""Which ladder a loan is given, in which arm and with what probability: rules as data, and the choice as a function."""
