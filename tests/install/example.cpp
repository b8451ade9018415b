// Publishes a message and receives it again: what a user of the library writes first.
#include <cstdio>
#include <cstdlib>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_awaitable.hpp>
#include <mqrig/client/async_client.hpp>

using asio::use_awaitable;
using mqrig::client::Message;
using mqrig::wire::QoS;

asio::awaitable<void> talk(mqrig::client::AsyncClient& client) {
  co_await client.async_connect(use_awaitable);
  co_await client.async_subscribe("example/#", QoS::at_least_once, use_awaitable);
  Message hello("example/greeting", "hello", QoS::at_least_once);
  co_await client.async_publish(std::move(hello), use_awaitable);
  const Message message = co_await client.async_receive(use_awaitable);
  std::printf("%s %s\n", message.topic.c_str(), message.payload.c_str());
  co_await client.async_disconnect(use_awaitable);
}

int main(int, char** argv) {
  asio::io_context context;
  mqrig::client::Options options;
  options.brokers.emplace_back("127.0.0.1", static_cast<std::uint16_t>(std::atoi(argv[1])));
  mqrig::client::AsyncClient client(context, std::move(options));
  asio::co_spawn(context, talk(client), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  context.run();
}
