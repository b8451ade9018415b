#pragma once

#include <string>
#include <string_view>

namespace mqrig::bench {

/// A file that a run writes its results to, or standard output for "-". What is wrong with it is
/// said before the run, as far as that can be known; an earlier file is emptied when the first
/// result is there.
class OutputFile {
 public:
  /// An empty path is no file: writing to it does nothing. Throws InputError.
  explicit OutputFile(std::string path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  bool wanted() const { return !path_.empty(); }
  bool is_stdout() const { return path_ == "-"; }
  /// Nothing more is written after a failure. A reader of a pipe that goes away is none, and gets
  /// nothing more.
  void write(std::string_view text);
  /// Empty, or why not everything was written, a clause for a person.
  const std::string& error() const { return error_; }

 private:
  std::string path_;
  std::string error_;
  int descriptor_ = -1;
  bool begun_ = false;
  bool reader_gone_ = false;
};

}  // namespace mqrig::bench
