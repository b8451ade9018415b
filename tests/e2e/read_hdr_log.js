// Reads a log with HdrHistogram's own library, for JavaScript: node read_hdr_log.js LOG. One line of JSON for each line.
const fs = require('fs');
const hdr = require(process.env.MQRIG_NPM_FOLDER + '/node_modules/hdr-histogram-js');

const percentiles = [1, 25, 50, 90, 99, 99.9, 99.99];
const reader = new hdr.HistogramLogReader(fs.readFileSync(process.argv[2], 'utf8'));
for (let histogram = reader.nextIntervalHistogram(); histogram; histogram = reader.nextIntervalHistogram()) {
  process.stdout.write(JSON.stringify({
    tag: histogram.tag,
    start: histogram.startTimeStampMsec,
    end: histogram.endTimeStampMsec,
    count: histogram.totalCount,
    min: histogram.minNonZeroValue,
    max: histogram.maxValue,
    mean: histogram.mean,
    percentiles: percentiles.map((each) => [each, histogram.getValueAtPercentile(each)]),
  }) + '\n');
}
