#pragma once

#include <mqrig/cli/options.hpp>
#include <mqrig/wire/packets.hpp>
#include <random>
#include <string>
#include <vector>

namespace mqrig::sub {

/// Which of the messages that arrive are printed.
class Selection {
 public:
  enum class Verdict : std::uint8_t {
    print,
    drop,
    end,  ///< The first message that is not retained, when only retained ones are wanted.
  };

  /// Throws cli::UsageError for a filter that is none.
  explicit Selection(const cli::Options& options);

  Verdict judge(const wire::Publish& message) const {
    return everything_ ? Verdict::print : judge_closely(message);
  }

  /// For --random-filter: true for about as many messages as were asked for.
  bool drawn() { return share_ >= 100 || draw(); }

 private:
  Verdict judge_closely(const wire::Publish& message) const;
  bool draw();

  std::vector<std::string> filtered_out_;
  bool skip_retained_;
  bool retained_only_;
  bool everything_;
  double share_;  // percent
  std::minstd_rand random_;
};

}  // namespace mqrig::sub
