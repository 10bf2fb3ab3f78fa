"""Reading the lender's files: a mapping says what the columns mean, and rows become loans and payments of the book.

`mapping` is the YAML a lender writes, `tabular` turns CSV, XLSX and Parquet into cells, `expression` derives values
from cells, `reading` makes `domain.book` rows of them, and `rejects` writes down every row that could not be read.
"""
