// A ToolProvider whose answers a test sets and whose calls it can hold.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/core/tool_provider.h"

namespace bw::gateway {

/// One tool call the fake was given and has not answered.
struct HeldCall {
  ToolCall call;
  CallEvents events;
  ToolProvider::Done<ToolOutcome> done;
};

inline ToolResult TextResult(std::string text, bool is_error = false) {
  ToolResult result;
  result.content.emplace_back().text = std::move(text);
  result.is_error = is_error;
  return result;
}

/// Asks for a name, and remembers that it did.
inline InputRequired AskWho() {
  return {R"({"who":{"method":"elicitation/create","params":{"mode":"form","message":"Who?",)"
          R"("requestedSchema":{"type":"object","properties":{"name":{"type":"string"}}}}}})",
          "asked"};
}

inline Tool MakeTool(std::string name) {
  Tool tool;
  tool.title = "Title of " + name;
  tool.description = "Describes " + name;
  tool.name = std::move(name);
  tool.input_schema_json = R"({"type":"object","properties":{"text":{"type":"string"}}})";
  return tool;
}

/// Tools: `echo` answers with its argument object, `hold` is answered by the test (or by Cancel,
/// with CANCELLED), `fail` runs and fails; any other name is NOT_FOUND. The prompt `ask` and the
/// resource bandwidth://ask want an answer named `who` and greet with it. Thread-safe.
class FakeToolProvider : public ToolProvider {
 public:
  FakeToolProvider() {
    tools.tools = {MakeTool("echo"), MakeTool("hold"), MakeTool("fail")};
    tools.revision = "r1";
    resources = {{"bandwidth://notes", "notes", "Notes", "What to know", "text/plain"}};
    templates = {{"bandwidth://calls/{call_id}", "call", "Call", "One call", "application/json"}};
  }

  void ListTools(const Audience& audience, Done<ToolList> done) override {
    ++lists;
    {
      const std::lock_guard lock(mutex);
      last_audience = audience;
    }
    if (hold_lists) {
      const std::lock_guard lock(mutex);
      held_lists.push_back(std::move(done));
      return;
    }
    if (!status.ok()) return done(status);
    done(tools);
  }

  std::shared_ptr<Cancellable> CallTool(ToolCall call, CallEvents events,
                                        Done<ToolOutcome> done) override {
    ++calls;
    auto handle = std::make_shared<Handle>();
    if (!status.ok()) {
      done(status);
    } else if (call.name == "echo") {
      ToolResult result = TextResult(call.arguments_json);
      result.structured_json = call.arguments_json;
      done(std::move(result));
    } else if (call.name == "fail") {
      done(TextResult("the platform refused", true));
    } else if (call.name == "hold") {
      auto shared =
          std::make_shared<HeldCall>(HeldCall{std::move(call), std::move(events), std::move(done)});
      handle->held = shared;
      handle->fake = this;
      const std::lock_guard lock(mutex);
      held.push_back(std::move(shared));
    } else {
      done(NotFound("no tool of this name"));
    }
    return handle;
  }

  void ListResources(const Audience&, Done<std::vector<Resource>> done) override {
    if (!status.ok()) return done(status);
    done(resources);
  }
  void ListResourceTemplates(const Audience&, Done<std::vector<ResourceTemplate>> done) override {
    if (!status.ok()) return done(status);
    done(templates);
  }
  std::shared_ptr<Cancellable> ReadResource(ResourceRead read,
                                            Done<ResourceOutcome> done) override {
    if (!status.ok()) {
      done(status);
    } else if (read.uri == "bandwidth://notes") {
      done(std::vector<ResourceContent>{{read.uri, "text/plain", "Read me", false}});
    } else if (read.uri == "bandwidth://ask") {
      if (read.input.responses_json.empty()) {
        done(AskWho());
      } else {
        done(std::vector<ResourceContent>{{read.uri, "", read.input.responses_json, false}});
      }
    } else if (read.uri == "bandwidth://empty") {
      done(std::vector<ResourceContent>{});
    } else {
      done(NotFound("no such resource"));
    }
    return std::make_shared<Handle>();
  }
  void ListPrompts(const Audience&, Done<std::vector<Prompt>> done) override {
    if (!status.ok()) return done(status);
    done(prompts);
  }
  std::shared_ptr<Cancellable> GetPrompt(PromptGet get, Done<PromptOutcome> done) override {
    if (!status.ok()) {
      done(status);
    } else if (get.name == "ask") {
      if (get.input.responses_json.empty()) {
        done(AskWho());
      } else {
        PromptText text;
        text.messages.emplace_back().content.text = get.input.responses_json;
        done(std::move(text));
      }
    } else if (get.name == "greet" && !get.arguments.contains("name")) {
      done(InvalidArgument("argument name is required"));
    } else if (get.name == "greet") {
      PromptText text;
      text.description = "Greets";
      text.messages.emplace_back().content.text = "Greet " + get.arguments["name"];
      done(std::move(text));
    } else {
      done(NotFound("no such prompt"));
    }
    return std::make_shared<Handle>();
  }
  std::shared_ptr<Cancellable> Complete(CompletionQuery query, Done<Completion> done) override {
    if (!status.ok()) {
      done(status);
    } else {
      last_completion = query;
      done(Completion{{query.value + "1", query.value + "2"}, 2, false});
    }
    return std::make_shared<Handle>();
  }
  void GetInstructions(const Audience&, Done<std::string> done) override {
    if (!status.ok()) return done(status);
    done(instructions);
  }
  std::unique_ptr<Watch> WatchCatalogue(
      const std::string&, std::function<void(const CatalogueRevisions&)> changed) override {
    if (tells_catalogue) changed({"t1", "p1", "r1"});
    const std::lock_guard lock(mutex);
    catalogue_changed = std::move(changed);
    return std::make_unique<CatalogueWatch>(catalogue_watches);
  }

  /// The oldest call nobody answered, taken out; nullptr when there is none.
  std::shared_ptr<HeldCall> Take() {
    const std::lock_guard lock(mutex);
    if (held.empty()) return nullptr;
    auto first = held.front();
    held.erase(held.begin());
    return first;
  }

  ToolList tools;
  std::vector<Resource> resources;
  std::vector<ResourceTemplate> templates;
  std::vector<Prompt> prompts = {
      {"greet", "Greet", "Greets somebody", {{"name", "", "Whom", true}}}};
  std::string instructions = "Call with care.";
  /// Not OK: every method fails so.
  Status status = OkStatus();
  bool hold_lists = false;
  /// WatchCatalogue tells at once how things stand; else the test does.
  bool tells_catalogue = false;

  std::atomic<int> lists{0};
  std::atomic<int> calls{0};
  std::atomic<int> cancelled{0};
  std::mutex mutex;  // guards all below
  std::vector<std::shared_ptr<HeldCall>> held;
  std::vector<Done<ToolList>> held_lists;
  Audience last_audience;
  CompletionQuery last_completion;
  /// That are not dropped.
  std::atomic<int> catalogue_watches{0};
  /// Of the last WatchCatalogue.
  std::function<void(const CatalogueRevisions&)> catalogue_changed;

 private:
  struct CatalogueWatch : Watch {
    explicit CatalogueWatch(std::atomic<int>& watches) : count(watches) { ++count; }
    ~CatalogueWatch() override { --count; }
    std::atomic<int>& count;
  };
  struct Handle : Cancellable {
    void Cancel() override {
      if (fake == nullptr) return;
      ++fake->cancelled;
      std::shared_ptr<HeldCall> mine;
      {
        const std::lock_guard lock(fake->mutex);
        mine = held.lock();
        std::erase(fake->held, mine);
      }
      if (mine) mine->done(Cancelled("by the caller"));
    }
    FakeToolProvider* fake = nullptr;
    std::weak_ptr<HeldCall> held;
  };
};

}  // namespace bw::gateway
