"""Files that leave: CSV and XLSX of the dataset, as jobs with progress. Reads answers only through analysis."""
