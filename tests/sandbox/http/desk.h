// One request and one answer at a time, without sockets.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/xml/xml.h"
#include "sandbox/http/routes.h"
#include "tests/sandbox/core/simulation.h"

namespace bw::sandbox {

struct Sent {
  std::string method;
  std::string target;
  std::string body = "";
  std::string content_type = "application/json";
  std::string authorization = "token";  // "token": a valid one; "": none
  std::string accept = "";
};

/// A platform that was just started, and its time.
class Desk {
 public:
  explicit Desk(PlatformSeed seed = {})
      : platform(std::move(seed), clock, scheduler, random, webhooks) {}

  http::Response Send(const Sent& sent) {
    http::Request request;
    request.method = sent.method;
    request.target = sent.target;
    const std::size_t question = sent.target.find('?');
    request.path = http::PercentDecode(sent.target.substr(0, question)).value_or("");
    AddQuery(sent.target, request);
    if (!sent.content_type.empty()) request.headers.Add("Content-Type", sent.content_type);
    if (!sent.accept.empty()) request.headers.Add("Accept", sent.accept);
    if (sent.authorization == "token") {
      request.headers.Add("Authorization", "Bearer " + platform.tokens.Issue());
    } else if (!sent.authorization.empty()) {
      request.headers.Add("Authorization", sent.authorization);
    }
    request.body = sent.body;
    return Handle(platform, request);
  }
  http::Response Get(const std::string& target) { return Send({"GET", target, "", ""}); }
  http::Response SendXml(const std::string& method, const std::string& target,
                         const std::string& body) {
    return Send({method, target, body, "application/xml"});
  }
  /// Simulated time passes.
  void Advance(std::chrono::milliseconds by) { scheduler.Advance(by); }

  static json::Json BodyOf(const http::Response& response) {
    auto body = json::Parse(response.body);
    return body.ok() ? *std::move(body) : json::Json();
  }
  /// The text of the first element of that name in an XML answer, or "".
  static std::string TextIn(const http::Response& response, std::string_view name) {
    const auto root = xml::Parse(response.body);
    const xml::Element* found = root.ok() ? xml::FindAnywhere(*root, name) : nullptr;
    return found == nullptr ? "" : xml::TextOf(*found);
  }
  /// The last part of Location.
  static std::string IdOf(const http::Response& response) {
    const std::string location(response.headers.Get("Location").value_or(""));
    return location.substr(location.rfind('/') + 1);
  }

  FakeClock clock;
  ManualScheduler scheduler{clock};
  CountingRandom random;
  FakeWebhooks webhooks{scheduler};
  Platform platform;

 private:
  static void AddQuery(const std::string& target, http::Request& request) {
    const std::size_t question = target.find('?');
    if (question == std::string::npos) return;
    std::string rest = target.substr(question + 1);
    while (!rest.empty()) {
      const std::size_t end = rest.find('&');
      const std::string pair = rest.substr(0, end);
      rest = end == std::string::npos ? "" : rest.substr(end + 1);
      const std::size_t equals = pair.find('=');
      request.query.emplace_back(*http::PercentDecode(pair.substr(0, equals), true),
                                 *http::PercentDecode(pair.substr(equals + 1), true));
    }
  }
};

}  // namespace bw::sandbox
