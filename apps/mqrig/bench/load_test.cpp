#include "load_test.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/load/process_crew.hpp>
#include <mqrig/load/shard.hpp>
#include <mqrig/load/source_addresses.hpp>
#include <mqrig/load/thread_crew.hpp>
#include <mqrig/load/worker.hpp>
#include <mqrig/net/connect.hpp>
#include <mqrig/net/host_addresses.hpp>
#include <mqrig/net/host_port.hpp>
#include <mqrig/net/tls.hpp>
#include <mqrig/payload/packet_text.hpp>

#include "../outcome.hpp"
#include "../trace.hpp"
#include "metrics_page.hpp"
#include "reports.hpp"
#include "run_description.hpp"

namespace mqrig::bench {

using cli::ExitCode;

namespace {

LiveOutput live_output_of(const cli::Options& options, const OutputSettings& settings) {
  LiveOutput output = live_output(STDERR_FILENO, options.flag("quiet") || !settings.live);
  if (settings.plain) {
    output.in_place = output.unicode = false;
    output.every_interval = true;
  }
  // Packets would be drawn over.
  if (options.flag("debug")) output.in_place = false;
  return output;
}

load::Trace packet_trace(const cli::Diagnostic& diagnostic, const client::Options& connection) {
  return [&diagnostic, is_secret = secret_user_names(connection)](
             std::string_view client_id, client::Direction direction, wire::Version version,
             wire::ByteView packet) {
    std::string line(client_id);
    line += direction == client::Direction::sent ? ": sent " : ": received ";
    payload::append_packet_text(line, version, packet, is_secret);
    diagnostic.debug(line);
  };
}

}  // namespace

LoadTest::LoadTest(const cli::Options& options, BenchSettings settings)
    : options_(options),
      settings_(std::move(settings)),
      diagnostic_(options),
      outputs_(settings_.output),
      view_(diagnostic_, live_output_of(options_, settings_.output)) {}

ExitCode LoadTest::run() {
  const load::Placement placement = find_place();
  for (const std::string& text : placement.notices) diagnostic_.notice(text);
  for (const std::string& text : placement.warnings) diagnostic_.warning(text);
  if (!placement.error.empty()) {
    diagnostic_.error(placement.error);
    return ExitCode::usage;
  }
  try {
    if (settings_.embedded) start_broker(placement.broker_processes);
    find_brokers();
    make_plan(placement);
    fork_workers();
  } catch (const RunFailure& failure) {
    diagnostic_.error(failure.what());
    return failure.code();
  }
  describe(placement);
  asio::io_context context(1);
  start(context);
  if (!failed_) context.run();
  view_.clear();
  run_.reset();  // ends the crew
  metrics_.reset();
  signals_.reset();
  start_signal_.reset();
  if (failed_) return *failed_;
  const ExitCode code = publish_report(report_, outputs_, options_);
  return broker_died_ && code == ExitCode::ok ? ExitCode::failed : code;
}

load::Placement LoadTest::find_place() const {
  load::Demand demand;
  demand.clients = 0;
  for (const load::Group& group : settings_.scenario.groups) demand.clients += group.clients;
  demand.clients = std::max<std::uint64_t>(demand.clients / settings_.shards, 1);
  // So that a storm of reconnects resumes the sessions of all.
  if (const auto& tls = settings_.connection.transport.tls) tls->keep_sessions(demand.clients);
  demand.source_addresses = static_cast<std::uint32_t>(source_addresses(0).size());
  if (settings_.workers != 0) demand.processes = settings_.workers;
  if (settings_.threads != 0) demand.threads = settings_.threads;
  demand.embedded = settings_.embedded;
  demand.loopback = settings_.embedded;
  demand.exchange = exchanges_messages(settings_.scenario);
  for (const client::Broker& broker : settings_.connection.brokers) {
    if (!broker.unix_path.empty()) demand.ports = false;
    if (broker.host == "localhost" || broker.host.starts_with("127.")) demand.loopback = true;
  }
  return load::place(demand, load::measure_capacity());
}

void LoadTest::start_broker(std::uint32_t processes) {
  embedded_.emplace(std::max(processes, 1U), diagnostic_);
  diagnostic_.notice("no broker is named: this run has one of its own, at " + embedded_->url());
  settings_.connection.brokers.assign(1, client::Broker("127.0.0.1", embedded_->port()));
}

/// Names are looked up once: a resolver that is asked by every client would be what is measured. A
/// proxy looks them up itself. Where TLS or HTTP need the name, it stays, and is told its address.
void LoadTest::find_brokers() {
  if (settings_.connection.brokers.empty()) settings_.connection.brokers.emplace_back();
  net::Transport& transport = settings_.connection.transport;
  const bool needs_names = transport.tls || transport.web_socket;
  std::vector<client::Broker> found;
  for (client::Broker& broker : settings_.connection.brokers) {
    if (!brokers_.empty()) brokers_ += ", ";
    brokers_ += broker_text(broker);
    found.push_back(broker);
    if (!broker.unix_path.empty() || is_numeric(broker.host) || transport.proxy) continue;
    const std::string address = working_address(broker);
    if (needs_names) {
      transport.overrides.push_back({broker.host, broker.port, {address}});
    } else {
      found.back().host = address;
      add_other_addresses(broker, found);
    }
  }
  settings_.connection.brokers = std::move(found);
}

std::string LoadTest::working_address(const client::Broker& broker) const {
  asio::io_context context(1);
  net::Connector connector(context);
  net::ConnectOptions connect(broker.host, broker.port);
  connect.timeout = settings_.connection.connect_timeout;
  connect.transport.overrides = settings_.connection.transport.overrides;
  std::string address;
  connector.start(
      std::move(connect), [&](std::error_code error, std::unique_ptr<net::Stream> stream) {
        if (error) {
          throw RunFailure(ExitCode::connect, "could not connect to " +
                                                  net::join_host_port(broker.host, broker.port) +
                                                  ": " + connector.detail());
        }
        address = stream->peer_address();
      });
  context.run();
  return address;
}

/// A name with several addresses is a cluster, whose nodes are to have the same share; those of the
/// family that was seen to work.
void LoadTest::add_other_addresses(const client::Broker& broker,
                                   std::vector<client::Broker>& found) {
  const std::string first = found.back().host;
  const bool ipv6 = first.find(':') != std::string::npos;
  std::size_t count = 1;
  for (const std::string& address : net::host_addresses(broker.host)) {
    if (address == first || (address.find(':') != std::string::npos) != ipv6) continue;
    found.emplace_back(address, broker.port);
    ++count;
  }
  if (count > 1) brokers_ += " (" + std::to_string(count) + " addresses)";
}

std::vector<std::string> LoadTest::source_addresses(std::uint32_t loopback_addresses) const {
  std::vector<std::string> all;
  for (const std::string& list : settings_.bind) {
    load::SourceAddresses some = load::parse_source_addresses(list);
    if (!some.error.empty()) throw cli::UsageError("--bind: " + some.error);
    all.insert(all.end(), some.addresses.begin(), some.addresses.end());
  }
  if (all.empty()) all = load::loopback_addresses(loopback_addresses);
  return all;
}

void LoadTest::make_plan(const load::Placement& placement) {
  members_ = std::max(placement.processes, placement.threads);
  load::RunSettings run;
  run.run = run_identifier(settings_);
  run.wall_offset = clock_.offset().count();
  run.machines = settings_.shards;
  run.machine = settings_.shard - 1;
  run.members = members_;
  run.source_addresses = source_addresses(placement.loopback_addresses);
  if (const std::string fault = load::unusable_address(run.source_addresses); !fault.empty()) {
    throw RunFailure(ExitCode::usage, "--bind: " + fault);
  }
  if (diagnostic_.debugging()) run.trace = packet_trace(diagnostic_, settings_.connection);
  std::string error;
  plan_ =
      load::make_plan(settings_.scenario, std::move(settings_.connection), std::move(run), error);
  if (!plan_) throw RunFailure(ExitCode::input, error);
  if (placement.processes > 1) processes_ = placement.processes;
}

void LoadTest::fork_workers() {
  if (processes_ == 1) return;
  workers_ = load::fork_processes(processes_, [this](std::uint32_t number, int descriptor) {
    return load::run_worker(descriptor, number, settings_.output.interval, shard_maker());
  });
}

load::MakeMember LoadTest::shard_maker() const {
  return [plan = plan_](asio::io_context& context, std::uint32_t number,
                        std::function<void()> stage_reached) -> std::unique_ptr<load::Member> {
    return std::make_unique<load::Shard>(context, plan, number, std::move(stage_reached));
  };
}

void LoadTest::describe(const load::Placement& placement) {
  describe_run(report_, settings_, *plan_);
  report_.processes = placement.processes;
  report_.threads = members_;
  report_.broker = embedded_ ? "embedded, " + embedded_->url() : brokers_;
}

void LoadTest::start(asio::io_context& context) {
  context_ = &context;
  signals_.emplace(context, [this](int signal) { on_signal(signal); });
  load::Run::Observer& observer = *this;
  run_.emplace(context, plan_, run_config(), report_, observer);
  serve_metrics(context);
  if (failed_) return;
  run_->start([&](load::Crew::Owner& owner) { return make_crew(context, owner); });
  outputs_.begin(report_);
}

load::RunConfig LoadTest::run_config() const {
  load::RunConfig config;
  config.interval = settings_.output.interval;
  if (settings_.start_at) config.start_at = clock_.steady(*settings_.start_at);
  config.wait_to_start = !settings_.start_on.empty();
  config.receive_limit = settings_.receive_limit;
  if (settings_.find_max) {
    config.find_max =
        load::FindMax{settings_.find_max->from, settings_.find_max->to, settings_.find_max->step};
  }
  return config;
}

std::unique_ptr<load::Crew> LoadTest::make_crew(asio::io_context& context,
                                                load::Crew::Owner& owner) {
  if (!workers_.empty()) {
    return std::make_unique<load::ProcessCrew>(context, std::move(workers_), owner);
  }
  return std::make_unique<load::ThreadCrew>(context, members_, settings_.output.interval,
                                            shard_maker(), owner);
}

void LoadTest::serve_metrics(asio::io_context& context) {
  if (!settings_.output.metrics) return;
  metrics_.emplace(context);
  std::string detail;
  net::TextPage page("/metrics", "text/plain; version=0.0.4; charset=utf-8",
                     [this] { return metrics_page(report_); });
  if (metrics_->start(*settings_.output.metrics, std::move(page), detail)) {
    diagnostic_.error("could not listen on " + detail);
    failed_ = ExitCode::failed;
    return;
  }
  diagnostic_.notice("metrics at " + metrics_->url());
}

void LoadTest::on_signal(int signal) {
  if (signal_ != 0) {
    view_.clear();
    ::_exit(128 + signal);
  }
  signal_ = signal;
  run_->interrupt(signal);
}

void LoadTest::on_interval(const load::Interval& interval, const load::Histograms& histograms) {
  const double end = interval.start + interval.duration;
  outputs_.add_row(report_, interval);
  outputs_.add_histograms(interval.start, end, histograms);
  Progress progress;
  progress.phase = stage_;
  progress.elapsed = end;
  progress.total = run_->length();
  progress.done = run_->done();
  if (!progress.done && progress.total) progress.done = progress.elapsed / *progress.total;
  view_.update(progress, interval);
  look_after_broker();
}

/// Without it there is nothing left to measure.
void LoadTest::look_after_broker() {
  if (!embedded_ || broker_died_) return;
  const std::string failure = embedded_->failure();
  if (failure.empty()) return;
  broker_died_ = true;
  report_.run_warnings.push_back(failure);
  view_.between([&] { diagnostic_.error(failure); });
  run_->end();
}

void LoadTest::on_stage(std::string_view text) {
  stage_ = text;
}

void LoadTest::on_connected() {
  if (settings_.start_on.empty()) return;
  client::Options options = plan_->connection;
  options.client_id.clear();
  start_signal_.emplace(
      *context_, std::move(options), settings_.start_on, clock_,
      [this](std::chrono::steady_clock::time_point time) { run_->begin(time); },
      [this](const std::string& text, cli::ExitCode code) { fail(text, code); });
  view_.between([&] {
    diagnostic_.notice("waiting for a message on '" + settings_.start_on + "' to start");
  });
}

void LoadTest::fail(const std::string& text, ExitCode code) {
  view_.between([&] { diagnostic_.error("could not await the start: " + text); });
  failed_ = code;
  context_->stop();
}

void LoadTest::on_step(const load::CurvePoint& point) {
  view_.between([&] { diagnostic_.notice(step_text(point)); });
}

void LoadTest::on_done() {
  context_->stop();
}

}  // namespace mqrig::bench
