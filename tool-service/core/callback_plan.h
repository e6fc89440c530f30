// Where a Bandwidth application reports to: what must stand in it so that calls and texts reach
// this server, what that changes, and how to put back what stood there. Values in, values out; an
// application is the <Application> element of the dashboard API. (bandwidth.md §6.2)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/json.h"
#include "common/status/status.h"
#include "common/xml/xml.h"
#include "tool-service/core/server_facts.h"

namespace bw::tool_service {

enum class ApplicationKind { kVoice, kMessaging };

/// "voice", "messaging"
std::string_view KindName(ApplicationKind kind);
/// By its ServiceType; nullopt for any other.
std::optional<ApplicationKind> KindOf(const xml::Element& application);

struct CallbackTarget {
  CallbackUrls urls;
  /// What webhooks must carry. Empty: credentials in applications are left as they are.
  CallbackCredentials credentials;
};

struct ApplicationChange {
  /// In place of settings of the same names.
  std::vector<xml::Element> settings;
  /// Settings that must not be there afterwards; PATCH cannot do that.
  std::vector<std::string> cleared;
  /// Credentials that should come back and cannot: passwords are never shown, so this one is not
  /// known. They are among `cleared`.
  std::vector<std::string> passwords_unknown;

  bool empty() const { return settings.empty() && cleared.empty(); }
};

/// What to change so that `application` reports to `target`. A password cannot be compared: with
/// `renew_credentials` it is written even when nothing else differs.
ApplicationChange PlanOurs(ApplicationKind kind, const xml::Element& application,
                           const CallbackTarget& target, bool renew_credentials);

/// What to change so that `application` reports where `former` did. `password` goes with the
/// former's credentials; empty: only ours are known.
ApplicationChange PlanBack(ApplicationKind kind, const xml::Element& application,
                           const xml::Element& former, const CallbackTarget& target,
                           const std::string& password);

/// A whole new application that reports to `target`.
xml::Element NewApplication(ApplicationKind kind, const std::string& name,
                            const CallbackTarget& target);

/// The body of a PATCH that makes the change.
xml::Element PatchBody(const ApplicationChange& change);

/// The body of a PUT, which replaces everything: `application` with the change made.
/// FAILED_PRECONDITION names credentials that the change does not touch and a PUT would lose,
/// unless `allow_loss`.
StatusOr<xml::Element> PutBody(const xml::Element& application, const ApplicationChange& change,
                               bool allow_loss);

/// OK when `application` holds what the change wanted; else names the setting that differs.
Status CheckApplied(const xml::Element& application, const ApplicationChange& change);

/// The URL that gets calls or texts that come in; "" when there is none.
std::string IncomingUrl(ApplicationKind kind, const xml::Element& application);

/// The settings about callbacks, by the names of the API; no passwords.
json::Json DescribeCallbacks(const xml::Element& application);

/// What an application was before this server changed it.
struct ApplicationSnapshot {
  /// The incoming URL that this server wrote; when another stands there, somebody else has changed
  /// the application since.
  std::string written_url;
  std::int64_t time_ms = 0;
  xml::Element application;
};

std::string WriteSnapshot(const ApplicationSnapshot& snapshot);
/// DATA_LOSS for anything that WriteSnapshot does not write.
StatusOr<ApplicationSnapshot> ReadSnapshot(std::string_view text);

}  // namespace bw::tool_service
