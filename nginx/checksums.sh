#!/bin/sh
# Prints a checksum of each file in this folder. Nginx keeps those it started with in /tmp/checksums (settings.sh), and
# `make up` compares them with the files of the checkout.
cd "$(dirname "$0")" && find . -name conf.d -prune -o -type f -exec cksum {} + | LC_ALL=C sort -k 3
