#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace mqrig::auth {

// Keeps the keys of an issuer fresh: fetches them over HTTP on a thread of its own, at once, every
// hour, and when it is asked to.
//
// May be called from any thread. Destroying it breaks a fetch off that is under way.
class JwksFetcher {
 public:
  // Where the keys are. Without a URL the issuer is asked for it (OpenID Connect Discovery 1.0, or
  // RFC 8414).
  struct Source {
    std::string url;
    std::string issuer;
  };
  struct Result {
    std::string jwks;   // what was fetched, whatever it is
    std::string error;  // a clause for the person when there is nothing; names the URL
  };
  // Called on the fetcher's thread, after each fetch. Must not throw.
  using Done = std::function<void(Result result)>;

  struct Pace {
    std::chrono::milliseconds every = std::chrono::hours(1);
    // Between two fetches, whoever asks for them. After one that failed, the next follows then.
    std::chrono::milliseconds least = std::chrono::minutes(1);
  };

  // Why keys are not fetched from there, a predicate for the person: "is not a URL". Empty: they
  // are. It has to be https, or http to a loopback address: whoever can change the keys on their
  // way can issue tokens.
  static std::string fault_of(const Source& source);

  JwksFetcher(Source source, Done done) : JwksFetcher(std::move(source), std::move(done), Pace()) {}
  JwksFetcher(Source source, Done done, Pace pace);
  JwksFetcher(const JwksFetcher&) = delete;
  JwksFetcher& operator=(const JwksFetcher&) = delete;
  ~JwksFetcher();

  // The keys may have changed: fetches them as soon as Pace allows. Does not wait for it.
  void request();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mqrig::auth
