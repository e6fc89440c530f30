// What the specification's schemas say a message of MCP looks like. The schemas are test data
// (mcp-schema/<revision>.json, made by strip-schema.mjs from the specification's repository).
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/json/json.h"

namespace bw::testing_support {

/// The schema of one revision. Thread-safe.
class McpSchema {
 public:
  /// "2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25" or "2026-07-28"; nullptr for any other.
  /// Reads $BW_SOURCE_DIR/tests/support/mcp-schema; lives as long as the program.
  static const McpSchema* Find(const std::string& revision);
  ~McpSchema();

  /// What is wrong with one message; empty when nothing is. A request or notification is held to
  /// the general form and the type of its method, an error to the type of its code, a result to the
  /// type that `method` promises: the method of the request it answers, or "" where that is not
  /// known. Methods the schema does not know are held to the general form. A batch is checked
  /// message by message, with no method.
  std::vector<std::string> Check(const json::Json& message, const std::string& method = "") const;

 private:
  class Types;
  explicit McpSchema(json::Json document);
  std::vector<std::string> CheckResponse(const json::Json& message,
                                         const std::string& method) const;

  mutable std::mutex mutex_;  // guards types_
  const std::unique_ptr<Types> types_;
};

/// Checks everything one client and one server say to each other, in both directions. Results are
/// matched with their requests by id. The revision is learnt on the way: a modern request names its
/// own, an answered `initialize` settles it for what follows. Thread-safe.
class McpTranscript {
 public:
  /// `revision` holds until another is learnt.
  explicit McpTranscript(std::string revision = "2025-11-25");

  void Sent(const json::Json& message);
  void Received(const json::Json& message);
  /// A message sent that may be malformed on purpose: what it asks is learnt, but nothing checked.
  void SentUnchecked(const json::Json& message);
  /// One SSE stream's or one JSON body's messages. A body of another type is no message of MCP.
  void ReceivedBody(const std::string& content_type, const std::string& body);

  /// "received tools/list (2025-11-25): what is wrong: the message", one for each wrong message.
  std::vector<std::string> problems() const;
  int checked() const;

 private:
  struct Question {
    std::string method;
    std::string revision;
  };
  using Questions = std::map<std::string, Question>;  // by the id's JSON text

  void Learn(const json::Json& message, Questions& asked);
  void CheckLocked(const char* direction, const json::Json& message, const Questions& asked);

  mutable std::mutex mutex_;  // guards all below
  std::string revision_;
  Questions asked_by_client_;
  Questions asked_by_server_;
  int checked_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace bw::testing_support
