"""Where a dataset outgrew one machine: Spark reads the version that stands, and adds it up.

    spark-submit --packages io.delta:delta-spark_4.2_2.13:4.4.1,org.apache.hadoop:hadoop-aws:3.5.0 \
        deploy/spark/medians.py s3a://bucket/prefix OUT [--version N]
    spark-submit deploy/spark/medians.py PLACE OUT --plain      # without Delta: the newest release

Writes the median price and price per square foot of each town as Parquet to OUT. Takes the Delta
version that the dataset's version names, never the newest one: while a publish runs, the tables are
ahead. The packages are those of Spark 4.2; others take theirs (https://docs.delta.io).
"""

from __future__ import annotations

import argparse
import json

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f


def main() -> None:
    """Read a version, write the medians."""
    args = _arguments()
    place = args.place.rstrip("/")
    builder = SparkSession.builder.appName("housecrawl-medians")
    if not args.plain:
        builder = builder.config(
            "spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension"
        ).config(
            "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog"
        )
    spark = builder.getOrCreate()
    houses = _plain(spark, place) if args.plain else _version(spark, place, args.version)
    medians(houses).write.mode("overwrite").parquet(args.out)
    spark.stop()


def medians(houses: DataFrame) -> DataFrame:
    """Each town's houses with a price, and their medians."""
    price = f.coalesce("sold_price", "last_sold_price", "listed_price")
    rate = price / f.when(f.col("living_area_sqft") > 0, f.col("living_area_sqft"))
    return (
        houses.where(price > 0)
        .groupBy("country", "state", "city", "currency")
        .agg(
            f.count("*").alias("houses"),
            f.median(price).alias("median_price"),
            f.median(rate).alias("median_price_per_sqft"),
        )
    )


def _version(spark: SparkSession, place: str, number: int | None) -> DataFrame:
    """The houses of a version of the dataset; the newest for None."""
    name = "*" if number is None else f"{number:06d}"
    files = spark.sparkContext.wholeTextFiles(f"{place}/versions/{name}.json").collect()
    version = json.loads(max(files)[1])
    at = version["tables"]["houses"]
    return spark.read.format("delta").option("versionAsOf", at).load(f"{place}/tables/houses")


def _plain(spark: SparkSession, place: str) -> DataFrame:
    """The houses of the newest version, as `housecrawl run` leaves them for every reader."""
    return spark.read.parquet(f"{place}/releases/houses.parquet")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("place", help="a folder, or s3a://bucket/prefix")
    parser.add_argument("out", help="folder for the result, written anew")
    parser.add_argument("--version", type=int, help="a version of the dataset (the newest)")
    parser.add_argument("--plain", action="store_true", help="read the release file, not Delta")
    return parser.parse_args()


if __name__ == "__main__":
    main()
