"""The report as tables for spreadsheets: an Excel workbook, or a folder of CSV files."""
