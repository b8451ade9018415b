"""Reads a histogram in HdrHistogram's V2 encoding with three significant digits. Independent of mqrig's own code."""

import base64
import struct
import zlib

COMPRESSED, PLAIN = 0x1C849304 | 0x10, 0x1C849303 | 0x10
BUCKET, HALF = 2048, 1024  # counts of the first bucket; each further one has its upper half only


class HdrHistogram:
    """`counts`: how many values by the index of their bucket."""

    def __init__(self, text):
        cookie, size = struct.unpack_from(">II", data := base64.b64decode(text))
        if cookie != COMPRESSED or size != len(data) - 8:
            raise ValueError("not a compressed V2 histogram")
        data = zlib.decompress(data[8:])
        cookie, size, _, digits = struct.unpack_from(">IIII", data)
        if cookie != PLAIN or digits != 3 or size != len(data) - 40:
            raise ValueError("not a V2 histogram of three digits")
        self.counts, at, index = {}, 40, 0
        while at < len(data):
            value, at = self._number(data, at)
            if value < 0:
                index -= value
            else:
                if value:
                    self.counts[index] = value
                index += 1

    @staticmethod
    def _number(data, at):
        """ZigZag LEB128 of at most nine bytes, the last of which has eight bits."""
        value = shift = 0
        while True:
            byte, at = data[at], at + 1
            if shift == 56:
                value |= byte << shift
                break
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        return (value >> 1) ^ -(value & 1), at

    @property
    def total(self):
        return sum(self.counts.values())

    @staticmethod
    def value(index):
        """The lowest value of that bucket."""
        if index < BUCKET:
            return index
        exponent, place = index // HALF - 1, index % HALF + HALF
        return place << exponent

    def between(self, low, high):
        """How many values are at least `low` and below `high`, to the precision of the buckets."""
        return sum(count for index, count in self.counts.items() if low <= self.value(index) < high)
