"""The bundle that goes with a referral: everything about one loan in one file, with what proves it."""
