"""whylogs over one Parquet file, every column by its default sketches. Run by profile.mjs."""

import sys

import pandas as pd
import whylogs

print(len(whylogs.log(pd.read_parquet(sys.argv[1])).view().to_pandas()))
