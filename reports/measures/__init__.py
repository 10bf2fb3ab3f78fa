"""The measures of the report, one a file: its result as frozen values, how it is worked out, what its terms mean."""
