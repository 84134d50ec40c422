"""Figures drawn and written out: the same values as the pages, as charts, CSV and workbooks."""
