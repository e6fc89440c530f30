#include "gateway/core/sessions.h"

#include <utility>

#include "common/json/json.h"

namespace bw::gateway {
namespace {

constexpr std::string_view kPurpose = "mcp-session";

std::string Encode(const Session& session) {
  return json::Dump({{"revision", RevisionName(session.revision)},
                     {"principal", session.principal},
                     {"capabilities", session.capabilities_json},
                     {"created_ms", session.created_ms}});
}

std::optional<Session> Decode(std::string_view text) {
  const auto document = json::Parse(text);
  if (!document.ok()) return std::nullopt;
  const auto name = json::GetString(*document, "revision");
  const auto revision = name ? FindRevision(*name) : std::nullopt;
  const auto created_ms = json::GetInt(*document, "created_ms");
  if (!revision || !created_ms) return std::nullopt;
  Session session;
  session.revision = *revision;
  session.principal = json::StringOr(*document, "principal");
  session.created_ms = *created_ms;
  session.capabilities_json = json::StringOr(*document, "capabilities", "{}");
  return session;
}

}  // namespace

std::string Sessions::Open(Session session) {
  session.created_ms = clock_.NowMs();
  return sealer_.Seal(kPurpose, Encode(session));
}

StatusOr<Session> Sessions::Find(std::string_view id, std::string_view principal) const {
  const Status unknown = NotFound("the session is unknown or has ended");
  if (id.size() > limits_.max_id_bytes) return unknown;
  const auto text = sealer_.Open(kPurpose, id);
  if (!text) return unknown;
  auto session = Decode(*text);
  if (!session || session->principal != principal) return unknown;
  if (clock_.NowMs() - session->created_ms > limits_.max_age.count()) return unknown;
  session->digest = sealer_.Digest(id);
  if (directory_.Ended(session->digest)) return unknown;
  return *std::move(session);
}

SessionRef Sessions::RefOf(const Session& session, const std::string& tenant) const {
  return {session.digest, tenant, session.principal, session.created_ms + limits_.max_age.count()};
}

}  // namespace bw::gateway
