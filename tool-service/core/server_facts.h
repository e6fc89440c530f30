// What is configured, as far as an agent may know it, and the addresses of the callback service.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bw::tool_service {

/// Where Bandwidth reports to us: the public base URL of the callback service and its routes.
class CallbackUrls {
 public:
  CallbackUrls() = default;
  /// A trailing slash of `base` is dropped.
  explicit CallbackUrls(std::string base);

  const std::string& base() const { return base_; }
  std::string Answer() const { return base_ + "/callbacks/voice/answer"; }
  std::string Gather() const { return base_ + "/callbacks/voice/gather"; }
  std::string Disconnect() const { return base_ + "/callbacks/voice/disconnect"; }
  /// The next document of `call_id`; Answer() when it is empty.
  std::string Continue(std::string_view call_id) const;
  std::string MessagingInbound() const { return base_ + "/callbacks/messaging/inbound"; }
  std::string MessagingStatus() const { return base_ + "/callbacks/messaging/status"; }

  /// `url` leads to the callback service: it is an absolute path or begins with the base URL.
  bool IsOurs(std::string_view url) const;
  bool is_https() const { return base_.starts_with("https://"); }
  /// False when its host is certainly none that the internet can reach: loopback, a private
  /// network, a name of this network only.
  bool is_public() const;

 private:
  std::string base_ = "http://127.0.0.1:8081";
};

/// Basic credentials that the callback service demands of webhooks; empty: none.
struct CallbackCredentials {
  std::string username;
  std::string password;
  bool empty() const { return username.empty(); }
};

/// Nothing in here is secret.
struct ServerFacts {
  std::string version = "0.1.0";
  /// "prod" or "test".
  std::string environment = "prod";
  std::string account_id = {};
  std::string number = {};
  std::string voice_application_id = {};
  std::string messaging_application_id = {};
  CallbackUrls callbacks = {};
  bool callback_credentials_set = false;
  /// The upstream APIs are an imitation on plain http: nothing costs money or reaches a phone.
  bool sandbox = false;
  std::string profile = {};
  /// Before which tools a person is asked: "never", "destructive" or "costly" (both).
  std::string confirm = "destructive";
  /// Titles of the OpenAPI documents that were loaded.
  std::vector<std::string> documents = {};
};

}  // namespace bw::tool_service
