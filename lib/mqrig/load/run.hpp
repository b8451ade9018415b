// A load test from its first connection to its report.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <mqrig/load/crew.hpp>
#include <mqrig/load/plan.hpp>
#include <mqrig/load/rate_search.hpp>
#include <mqrig/load/report.hpp>
#include <mqrig/net/timer.hpp>

namespace mqrig::load {

struct FindMax {
  double from = 1000;  // messages a second, of all groups together
  double to = 0;       // 0: no bound
  Nanoseconds step = std::chrono::seconds(5);
};

struct RunConfig {
  std::chrono::milliseconds interval{1000};  // of the time series
  std::optional<session::Time> start_at;     // what is measured begins then, connected or not
  bool wait_to_start = false;                // until Run::begin()
  std::uint64_t receive_limit = 0;           // ends when so many messages have come; 0: no limit
  std::optional<FindMax> find_max;
};

// Orders the crew through connecting, publishing, draining and leaving, and puts together what its
// members tell. Scenarios in which nobody publishes are measured from the first connection on,
// unless they warm up.
//
// Belongs to the thread of its io_context, and must be destroyed before it.
class Run final : private Crew::Owner {
 public:
  class Observer {
   public:
    // A row of the time series is complete. Histograms are those of that interval, as far as they
    // are in the report: before the measured time those of connecting only.
    virtual void on_interval(const Interval& interval, const Histograms& histograms) = 0;
    // What happens now, for a person: "connecting", "warming up".
    virtual void on_stage(std::string_view text) = 0;
    // Everybody is connected: with RunConfig::wait_to_start, call begin() when it is time.
    virtual void on_connected() = 0;
    // A step of the search for the highest rate is done.
    virtual void on_step(const CurvePoint& point) = 0;
    // The report is complete.
    virtual void on_done() = 0;

   protected:
    ~Observer() = default;
  };
  using MakeCrew = std::function<std::unique_ptr<Crew>(Crew::Owner& owner)>;

  // `report` has what ran and the objectives; the rest is filled in. All references outlive it.
  Run(asio::io_context& context, std::shared_ptr<const Plan> plan, RunConfig config, Report& report,
      Observer& observer);
  ~Run();

  void start(const MakeCrew& make_crew);
  // With RunConfig::wait_to_start: begins at that time, or at once if it has passed.
  void begin(session::Time at);
  // Sends nothing more, awaits shortly what is on its way, and completes the report. It is said to
  // be interrupted unless this is the only way to end it.
  void interrupt(int signal);
  // The same, without saying so.
  void end();

  // Of the present moment, all members together.
  const Gauges& gauges() const noexcept { return gauges_; }
  // Since the start, all members together.
  const Counters& account() const noexcept { return report_.account; }
  // Seconds from the start to the end of the phases, once that is known and by the clock.
  std::optional<double> length() const;
  // The share of the messages that the run is to send or to receive, where it counts them.
  std::optional<double> done() const;

 private:
  enum class State : std::uint8_t { idle, connecting, waiting, running, draining, leaving, done };
  // Before the measured time, in it, and after it.
  enum class Part : std::uint8_t { before, measured, after };
  // Of an interval, a step of the search, and a part: in the order of time.
  using RowKey = std::tuple<std::int64_t, std::size_t, Part>;

  struct MemberState {
    Stage stage = Stage::idle;
    Gauges gauges;
    session::Time last_end{};
    RowKey row{-1, 0, Part::before};
    bool failed = false;
  };
  struct Row {
    session::Time start{};
    session::Time end{};
    Counters counters;
    Histograms histograms;
    double cpu_seconds = 0;
  };

  void on_sample(std::uint32_t member, Sample& sample) override;
  void on_member_failed(std::uint32_t member, const std::string& text) override;

  // run.cpp
  void connected();
  void publish();
  void run_phases(session::Time begin, std::vector<Phase> phases, double rate_factor);
  void next_boundary();
  void all_sent();
  void await_silence(session::Time time);
  void start_measuring(session::Time at);
  void stop_measuring(session::Time at);
  void drain();
  void drained();
  void leave();
  void finish();
  void advance();
  void timer_expired();
  void set_state(State state, std::string_view text);
  double asked_rate() const;
  double asked_rate_here() const;
  void look_again(session::Time time);
  session::Time connect_deadline() const;
  session::Time forced_start() const;
  void await_connections();
  session::Duration drain_timeout() const;

  // run_search.cpp
  void begin_step();
  void step_done();
  CurvePoint judge_step();
  void keep_step();
  void finish_search();

  // run_progress.cpp
  bool others_send() const;
  session::Time measured_since() const;
  bool all_reached(Stage stage) const;
  bool all_have_sent() const;
  bool everything_arrived() const;
  bool deliveries_unknown() const;
  bool has_end() const;

  // run_samples.cpp
  Part part_of(const Sample& sample) const noexcept;
  void add_to_report(Part part, Sample& sample);
  void add_to_row(MemberState& member, Part part, Sample& sample);
  void close_rows(bool all);
  void close_row(const RowKey& key, Row& row);
  void sum_gauges();

  std::shared_ptr<const Plan> plan_;
  RunConfig config_;
  Report& report_;
  Observer& observer_;
  std::unique_ptr<Crew> crew_;
  std::vector<MemberState> members_;
  Gauges gauges_;
  State state_ = State::idle;
  net::Timer timer_;
  session::Time begin_{};  // of the run
  session::Time measure_from_ = session::never;
  session::Time measure_to_ = session::never;
  std::vector<std::pair<session::Time, bool>>
      boundaries_;  // when a part begins, and is it measured?
  session::Time phases_begin_ = session::Time::min();
  session::Time end_ = session::never;  // of the phases
  session::Time connect_begin_{};
  session::Time last_progress_{};
  session::Time drain_begin_{};
  std::uint64_t last_connected_ = 0;  // when it was looked at, while they leave
  std::map<RowKey, Row> rows_;
  bool publishes_ = false;
  bool begun_ = false;        // begin() was called
  bool interrupted_ = false;  // interrupt() was called
  bool silence_ = false;      // is awaited, because machines besides this one send

  // A search for the highest rate.
  std::optional<RateSearch> search_;
  Counters step_account_;
  ErrorCounts step_errors_;
  double step_rate_ = 0;
  struct {
    double rate = 0;
    double seconds = 0;
    double cpu_seconds = 0;
    Counters totals;
    Counters account;
    ErrorCounts errors;
    Histograms histograms;
  } best_;
};

}  // namespace mqrig::load
