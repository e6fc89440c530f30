#include "sandbox/core/webhook.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace bw::sandbox {
namespace {

std::int64_t MicrosSince(std::chrono::steady_clock::time_point start, const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::microseconds>(clock.Steady() - start).count();
}

bool IsBasicChallenge(std::string_view field) {
  constexpr std::string_view kScheme = "basic";
  return field.size() >= kScheme.size() &&
         std::equal(kScheme.begin(), kScheme.end(), field.begin(), [](char expected, char actual) {
           return expected == std::tolower(static_cast<unsigned char>(actual));
         });
}

}  // namespace

void Deliver(WebhookClient& client, const Clock& clock, WebhookRequest request,
             std::optional<Credentials> credentials, std::function<void(Delivery)> done) {
  const auto start = clock.Steady();
  WebhookRequest first = request;
  client.Send(std::move(first), [&client, &clock, start, request = std::move(request),
                                 credentials = std::move(credentials),
                                 done = std::move(done)](StatusOr<WebhookReply> reply) mutable {
    const std::int64_t latency_us = MicrosSince(start, clock);
    const bool challenge = reply.ok() && reply->status == 401 && credentials.has_value() &&
                           IsBasicChallenge(reply->authenticate);
    if (!challenge) {
      done({std::move(reply), latency_us, false});
      return;
    }
    request.credentials = std::move(credentials);
    request.timeout = std::max(std::chrono::milliseconds(1),
                               request.timeout - std::chrono::milliseconds(latency_us / 1000));
    const auto second = clock.Steady();
    client.Send(std::move(request),
                [&clock, second, done = std::move(done)](StatusOr<WebhookReply> answer) mutable {
                  done({std::move(answer), MicrosSince(second, clock), true});
                });
  });
}

}  // namespace bw::sandbox
