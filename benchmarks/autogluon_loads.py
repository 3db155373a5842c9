"""What AutoGluon makes of a dataset's files, in an environment of its own with an older pandas.

    python benchmarks/autogluon_loads.py PLACE [--venv FOLDER] [--seconds 60]

Exports the houses, makes the environment where FOLDER has none (PyTorch for the CPU, AutoGluon's
tables with LightGBM; some hundred MB from the package index), and runs there: `TabularDataset` on
the files, a `TabularPredictor` of the price, and the course's own cells on its own columns.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

TORCH: Final = "torch==2.13.0"
AUTOGLUON: Final = "autogluon.tabular[lightgbm]==1.6.3"
_ROOT: Final = Path(__file__).resolve().parent.parent
_THERE: Final = r"""
import sys, warnings
from pathlib import Path
import numpy as np, pandas as pd, torch, sklearn, lightgbm
import autogluon.tabular as ag
from autogluon.tabular import TabularDataset, TabularPredictor

warnings.simplefilter("ignore")
folder, seconds = Path(sys.argv[1]), float(sys.argv[2])
print(f"AutoGluon {ag.__version__}, pandas {pd.__version__}, PyTorch {torch.__version__}, "
      f"LightGBM {lightgbm.__version__}, scikit-learn {sklearn.__version__}")
rows = TabularDataset(str(folder / "houses.parquet"))
print(f"TabularDataset: {rows.shape[0]} rows, {rows.shape[1]} columns")
columns = ["sold_price", "bedrooms", "bathrooms", "living_area_sqft", "lot_size_sqft",
           "year_built", "home_type", "city", "zip", "sold_on", "latitude", "longitude"]
known = rows[columns].dropna(subset="sold_price")
known["sold_on"] = pd.to_datetime(known["sold_on"])
train = known.sample(frac=0.8, random_state=1)
test = known.drop(train.index)
predictor = TabularPredictor(label="sold_price", path=str(folder / "models"), verbosity=0)
predictor.fit(train, time_limit=seconds, hyperparameters={"GBM": {}}, num_bag_folds=0)
guess = predictor.predict(test)
print(f"TabularPredictor: {predictor.model_best}, trained on {len(train)}, "
      f"root mean square error of {len(test)} others "
      f"{-predictor.evaluate(test)['root_mean_squared_error']:.0f} at a median price of "
      f"{test['sold_price'].median():.0f}; {len(guess)} predictions")
numbers = torch.tensor(train[["living_area_sqft", "bedrooms"]].fillna(0).to_numpy(np.float32))
print(f"PyTorch: {tuple(numbers.shape)} {numbers.dtype}")

# The course's notebook, its own cells on its own file name and columns.
data = pd.read_feather(folder / "house_sales.ftr")
null_sum = data.isnull().sum()
data.drop(columns=data.columns[null_sum > len(data) * 0.3], inplace=True)
for c in ["Sold Price", "Listed Price", "Tax assessed value", "Annual tax amount"]:
    data[c] = data[c].replace(r"[$,-]", "", regex=True).replace(
        r"^\s*$", np.nan, regex=True).astype(float)
for c in ["Total interior livable area", "Lot size"]:
    acres = data[c].str.contains("Acres") == True
    col = data[c].replace(r"\b sqft\b|\b Acres\b|\b,\b", "", regex=True).astype(float)
    col[acres] *= 43560
    data[c] = col
print(f"notebook: {data.shape[0]} rows, {data.shape[1]} columns after its cleaning, "
      f"median Sold Price {data['Sold Price'].median():.0f}")
"""


def main() -> None:
    """Export, make the environment, run there what is measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("place")
    parser.add_argument("--venv", type=Path, help="an environment that is kept")
    parser.add_argument("--seconds", type=float, default=60, help="AutoGluon's own time limit")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = _environment(args.venv or folder / "venv")
        _export(args.place, folder)
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        command = [str(python), "-c", _THERE, str(folder), str(args.seconds)]
        subprocess.run(command, check=True, env=environment)


def _export(place: str, folder: Path) -> None:
    for out, columns in (("houses.parquet", "plain"), ("house_sales.ftr", "course")):
        command = [sys.executable, "-m", "scraper.cli.main", "export", place, str(folder / out)]
        subprocess.run([*command, "--columns", columns], check=True, cwd=_ROOT)


def _environment(folder: Path) -> Path:
    python = folder / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        # PyTorch first and by number: AutoGluon's range would take the build for NVIDIA's cards.
        for what in (TORCH, AUTOGLUON):
            subprocess.run([str(python), "-m", "pip", "install", "-q", what], check=True)
    return python


if __name__ == "__main__":
    main()
