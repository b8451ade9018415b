// What the options of `mqrig bench` come to.
#include "apps/mqrig/bench/settings.hpp"

#include <doctest/doctest.h>

#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/resolve.hpp>
#include <mqrig/cli/usage_error.hpp>

#include "apps/mqrig/bench/command.hpp"
#include "sample_command.hpp"

using namespace mqrig;
using namespace mqrig::bench;
using load::QosMix;
using namespace std::chrono_literals;

namespace {

BenchSettings settings(std::vector<std::string> typed, const char* variable = nullptr) {
  const cli::test::Words words(std::move(typed));
  const char* const environment[] = {variable, nullptr};
  const cli::CommandLine line = cli::parse(command(), words.span());
  return read_settings(cli::resolve(command(), line, environment, {}));
}

std::string fault(std::vector<std::string> typed) {
  try {
    settings(std::move(typed));
    return "no fault";
  } catch (const cli::UsageError& error) {
    return error.what();
  }
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a scenario alone runs for ten seconds against a broker of its own") {
  for (const std::string word : {"pub", "conn", "pubsub", "rr", "fanout", "fanin", "shared"}) {
    CAPTURE(word);
    const BenchSettings run = settings({word});
    CHECK(run.embedded);
    CHECK(run.scenario.name == word);
    REQUIRE(run.scenario.phases.size() == 1);
    CHECK(run.scenario.phases[0].duration == 10s);
    CHECK(load::check(run.scenario) == "");
  }
}

TEST_CASE("to receive what others publish takes a broker that they reach") {
  CHECK(contains(fault({"sub"}), "nobody publishes to a broker of this run's own"));
  CHECK(settings({"sub", "-h", "broker"}).scenario.phases[0].duration == 10s);
}

TEST_CASE("any source that names a broker is one") {
  CHECK_FALSE(settings({"pub", "-h", "broker"}).embedded);
  CHECK_FALSE(settings({"pub", "mqtt://broker"}).embedded);
  CHECK_FALSE(settings({"pub", "--unix", "/s"}).embedded);
  CHECK_FALSE(settings({"pub", "-p", "1884"}).embedded);
  CHECK_FALSE(settings({"pub"}, "MQRIG_HOST=broker").embedded);
  CHECK(settings({"pub"}, "MQRIG_QOS=2").embedded);
}

TEST_CASE("pubsub deals subscribers out to the topics of the publishers") {
  const load::Scenario one = settings({"pubsub", "-c", "5"}).scenario;
  REQUIRE(one.groups.size() == 2);
  CHECK(one.groups[0].clients == 5);
  CHECK(one.groups[0].publish->qos == QosMix{0, 1, 0});
  CHECK(one.groups[1].clients == 5);
  CHECK(one.groups[1].subscribe[0].filter == "bench/{client}");
  CHECK(one.groups[1].subscribe[0].cycle == 0);
  const load::Scenario three =
      settings({"pubsub", "-c", "5", "--subscribers-per-topic", "3"}).scenario;
  CHECK(three.groups[1].clients == 15);
  CHECK(three.groups[1].subscribe[0].cycle == 5);
}

TEST_CASE("rr shares the requests when several respond") {
  const load::Scenario one = settings({"rr"}).scenario;
  CHECK(one.groups[0].publish->request);
  CHECK(one.groups[1].respond);
  CHECK(one.groups[1].subscribe[0].share == "");
  CHECK(settings({"rr", "--subscribers", "3"}).scenario.groups[1].subscribe[0].share == "bench");
}

TEST_CASE("-c counts publishers of fanin and subscribers of fanout") {
  const load::Scenario in = settings({"fanin", "-c", "7"}).scenario;
  CHECK(in.groups[0].clients == 7);
  CHECK(in.groups[1].clients == 1);
  CHECK(in.groups[1].subscribe[0].filter == "bench/+");
  const load::Scenario out = settings({"fanout", "-c", "7"}).scenario;
  CHECK(out.groups[0].clients == 1);
  CHECK(out.groups[1].clients == 7);
}

TEST_CASE("the members of shared groups are dealt out to them") {
  const load::Scenario scenario =
      settings({"shared", "--groups", "3", "--subscribers", "4"}).scenario;
  CHECK(scenario.groups[1].clients == 12);
  CHECK(scenario.groups[1].subscribe[0].cycle == 3);
  CHECK(scenario.groups[1].subscribe[0].share == "bench-{client}");
}

TEST_CASE("a rate is that of each client or of all") {
  const auto rate = [](std::vector<std::string> typed) {
    return settings(std::move(typed)).scenario.groups[0].publish->rate;
  };
  CHECK(rate({"pub", "-c", "4"}) == 0);
  CHECK(rate({"pub", "-c", "4", "--rate", "1k/s"}) == 4000);
  CHECK(rate({"pub", "-c", "4", "--total-rate", "600/m"}) == doctest::Approx(10));
}

TEST_CASE("connects are spread over a time, or by a rate of all clients together") {
  CHECK(settings({"conn", "--ramp", "3s"}).scenario.groups[0].ramp == 3s);
  const load::Scenario pairs = settings({"pubsub", "-c", "100", "--connect-rate", "50/s"}).scenario;
  CHECK(pairs.groups[0].ramp == 4s);
  CHECK(pairs.groups[1].ramp == 4s);
}

TEST_CASE("a count ends the run without a duration, a warm-up comes first") {
  const load::Scenario counted = settings({"pub", "--count", "1000"}).scenario;
  CHECK(counted.phases.empty());
  CHECK(counted.groups[0].publish->count == 1000);
  const load::Scenario warm = settings({"pub", "--warmup", "2", "--duration", "5"}).scenario;
  REQUIRE(warm.phases.size() == 2);
  CHECK_FALSE(warm.phases[0].measured);
  CHECK(warm.phases[1].duration == 5s);
  CHECK(settings({"conn", "--duration", "0"}).scenario.phases.empty());
  CHECK(contains(fault({"pub", "--count", "5", "--warmup", "1"}), "--warmup needs a --duration"));
}

TEST_CASE("the topic of the URL is the one of the scenario") {
  CHECK(settings({"pub", "mqtt://h/a/b"}).scenario.groups[0].publish->topic == "a/b");
  CHECK(settings({"sub", "mqtt://h/a/%23"}).scenario.groups[0].subscribe[0].filter == "a/#");
  CHECK(contains(fault({"pub", "mqtt://h/a", "-t", "b"}), "exclude each other"));
}

TEST_CASE("properties come by flags and by name") {
  const load::PublishSettings publish =
      *settings({"pub", "--content-type", "text/plain", "--message-expiry", "2m", "-D", "publish",
                 "user-property", "k", "v"})
           .scenario.groups[0]
           .publish;
  CHECK(publish.properties ==
        std::vector<load::MessageProperty>{{"content-type", "", "text/plain"},
                                           {"message-expiry-interval", "", "120"},
                                           {"user-property", "k", "v"}});
}

TEST_CASE("what a group has for itself is in the scenario, no more") {
  const BenchSettings run = settings(
      {"pub", "-V", "311", "-k", "7", "-u", "user-{client}", "-P", "secret", "-h", "broker"});
  const load::Group& group = run.scenario.groups[0];
  CHECK(group.version == wire::Version::mqtt_3_1_1);
  CHECK(group.keep_alive == 7);
  CHECK(group.user_name == "user-{client}");
  CHECK(run.connection.password == "secret");
  CHECK_FALSE(settings({"pub", "-u", "token"}).scenario.groups[0].user_name);
}

TEST_CASE("an option without a meaning in the scenario is refused, and says where it has one") {
  CHECK(fault({"conn", "--rate", "5"}) ==
        "--rate means nothing in bench conn: it is for pub, pubsub, rr, fanout, fanin and shared");
  CHECK(fault({"pub", "--storm"}) == "--storm means nothing in bench pub: it is for conn");
  CHECK(contains(fault({"merge", "a.json", "-h", "x"}), "-h/--host means nothing in bench merge"));
  CHECK(contains(fault({"run", "x", "-c", "5"}), "-c/--clients means nothing in bench run"));
  CHECK(contains(fault({"pub", "a.json"}), "takes no file"));
}

TEST_CASE("every option has a scenario, and is refused in those that it does not suit") {
  cli::for_each_option(command(), [](const cli::OptionSpec& option) {
    CAPTURE(option.long_name);
    bool any = false;
    for (std::size_t i = 0; i < std::size(scenario_choices); ++i) {
      any |= suits(command(), static_cast<ScenarioKind>(i), option.long_name);
    }
    CHECK(any);
  });
}

TEST_CASE("reports are taken by compare and merge") {
  const BenchSettings comparison = settings({"compare", "a.json", "b.json", "--tolerance", "10%"});
  CHECK(comparison.files == std::vector<std::string>{"a.json", "b.json"});
  CHECK(comparison.tolerance == doctest::Approx(0.1));
  CHECK(settings({"merge", "1", "2", "3"}).files.size() == 3);
  CHECK(contains(fault({"compare", "a"}), "takes two reports"));
  CHECK(contains(fault({"merge"}), "none is given"));
}

TEST_CASE("a search has objectives, two ends and its own durations") {
  const BenchSettings run = settings({"pubsub", "--find-max", "--slo", "p99<5ms", "--find-from",
                                      "100", "--find-to", "5k/s", "--step-duration", "2s"});
  REQUIRE(run.find_max);
  CHECK(run.find_max->from == 100);
  CHECK(run.find_max->to == 5000);
  CHECK(run.find_max->step == 2s);
  CHECK(run.scenario.groups[0].publish->rate == 100);
  CHECK(contains(fault({"pubsub", "--find-max"}), "--slo"));
  CHECK(contains(fault({"pubsub", "--find-max", "--slo", "loss=0", "--duration", "5"}),
                 "does not go with --find-max"));
  CHECK(contains(fault({"pubsub", "--find-from", "5"}), "needs --find-max"));
}

TEST_CASE("shards and common starts need a broker that others reach") {
  const BenchSettings run = settings({"pub", "-h", "b", "--shard", "2/3", "--start-on", "go"});
  CHECK(run.shard == 2);
  CHECK(run.shards == 3);
  CHECK(run.start_on == "go");
  CHECK(contains(fault({"pub", "--shard", "1/2"}), "needs a broker"));
  for (const std::string text : {"0/2", "3/2", "1", "1/", "/2", "a/b", "1/2/3"}) {
    CAPTURE(text);
    CHECK(contains(fault({"pub", "-h", "b", "--shard", text}), "expected I/N"));
  }
}

TEST_CASE("one output at most goes to standard output") {
  CHECK(settings({"pub", "--json", "-", "--csv", "x"}).output.json == "-");
  CHECK(contains(fault({"pub", "--json", "-", "--csv", "-"}), "standard output"));
}
