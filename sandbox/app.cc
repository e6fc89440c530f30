#include "sandbox/app.h"

#include <cstdint>
#include <cstdio>
#include <future>
#include <random>
#include <utility>

#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "common/http/server.h"
#include "common/http_client/http_client.h"
#include "common/json/json.h"
#include "common/log/log.h"
#include "sandbox/core/platform.h"
#include "sandbox/http/routes.h"
#include "sandbox/http/webhook_sender.h"

namespace bw::sandbox {
namespace {

// Media may have 3.75 MiB.
constexpr std::size_t kMaxBodyBytes = 4u << 20;

// Ids of calls and tokens of a local imitation; nothing of value hangs on them.
class SeededRandom : public Random {
 public:
  SeededRandom() {
    std::random_device device;
    engine_.seed((std::uint64_t{device()} << 32) | device());
  }
  std::uint64_t Next() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

std::string UrlOf(const Config& config, int port) {
  if (!config.public_url.empty()) return config.public_url;
  const bool any = config.host == "0.0.0.0" || config.host.empty();
  return "http://" + (any ? std::string("127.0.0.1") : config.host) + ":" + std::to_string(port);
}

PlatformSeed SeedOf(const Config& config) {
  PlatformSeed seed;
  seed.account.account_id = config.account_id;
  seed.account.numbers = config.numbers;
  seed.account.callback_base_url = config.callback_base_url;
  seed.account.has_voice_product = !config.without_voice;
  if (!config.callback_username.empty()) {
    seed.account.callback_credentials =
        Credentials{config.callback_username, config.callback_password.Reveal()};
  }
  seed.client = {config.client_id, config.client_secret.Reveal()};
  seed.token_lifetime = std::chrono::seconds(config.token_ttl_s);
  SimulationSettings& settings = seed.settings;
  settings.api_base_url = UrlOf(config, config.port);
  settings.time_scale = config.time_scale;
  settings.allow_http_credentials = config.allow_http_credentials;
  settings.call_visible_after = std::chrono::milliseconds(config.call_visible_after_ms);
  settings.calls_per_second = config.calls_per_second;
  settings.max_concurrent_calls = static_cast<std::size_t>(config.max_concurrent_calls);
  settings.max_calls_kept = static_cast<std::size_t>(config.max_calls_kept);
  settings.max_messages_kept = static_cast<std::size_t>(config.max_messages_kept);
  return seed;
}

}  // namespace

struct App::Parts {
  explicit Parts(const Config& config)
      : scheduler(MakeThreadScheduler()),
        client(http_client::MakeHttpClient()),
        sender(*client, *scheduler),
        platform(SeedOf(config), SystemClock(), *scheduler, random, sender) {}

  void Serve(std::shared_ptr<http::Exchange> exchange) {
    // The simulation has one thread; requests join it.
    scheduler->After(std::chrono::milliseconds(0), [this, exchange = std::move(exchange)] {
      http::Response response = Handle(platform, exchange->request());
      log::Debug("request.answered", {{"method", exchange->request().method},
                                      {"path", exchange->request().path},
                                      {"status", response.status}});
      exchange->Reply(std::move(response));
    });
  }

  std::string url;
  int port = 0;
  std::unique_ptr<http::Server> server;
  std::unique_ptr<Scheduler> scheduler;
  std::unique_ptr<http_client::HttpClient> client;
  SeededRandom random;
  WebhookSender sender;
  Platform platform;
};

StatusOr<std::unique_ptr<App>> App::Start(const Config& config) {
  BW_ASSIGN_OR_RETURN(const log::Level level, log::ParseLevel(config.log_level));
  log::SetLevel(level);
  auto parts = std::make_unique<Parts>(config);
  http::ServerOptions options;
  options.host = config.host;
  options.port = config.port;
  options.threads = config.threads;
  options.max_body_bytes = kMaxBodyBytes;
  BW_ASSIGN_OR_RETURN(parts->server, http::StartServer(options, [p = parts.get()](auto exchange) {
                        p->Serve(std::move(exchange));
                      }));
  parts->port = parts->server->port();
  parts->url = UrlOf(config, parts->port);
  // Nobody knows a port that was picked before the line below says it, so no request is earlier.
  parts->scheduler->After(std::chrono::milliseconds(0), [p = parts.get(), url = parts->url] {
    p->platform.settings.api_base_url = url;
  });
  const std::string ready = json::Dump({{"event", "sandbox.ready"}, {"url", parts->url}}) + "\n";
  std::fputs(ready.c_str(), stdout);
  std::fflush(stdout);
  log::Info("service.ready",
            {{"service", "sandbox"}, {"url", parts->url}, {"time_scale", config.time_scale}});
  return std::unique_ptr<App>(new App(std::move(parts)));
}

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

App::~App() { Drain(std::chrono::milliseconds(0)); }

int App::port() const { return parts_->port; }

const std::string& App::url() const { return parts_->url; }

// Requests first, then what posts to the scheduler, then the scheduler, whose thread must know that
// the client is going; what it drops may hold requests, so the server goes last.
void App::Drain(std::chrono::milliseconds limit) {
  if (parts_->client == nullptr) return;
  parts_->server->Drain(limit);
  std::promise<void> stopped;
  parts_->scheduler->After(std::chrono::milliseconds(0), [&] {
    parts_->sender.Stop();
    stopped.set_value();
  });
  stopped.get_future().wait();
  parts_->client.reset();
  parts_->scheduler.reset();
}

}  // namespace bw::sandbox
