"""The command line: `housecrawl`, one file a command, and what `scrapy crawl` adds."""
