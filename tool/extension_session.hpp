// A session that calls the extension's functions: what goes wrong there is told in words of the program's.
#pragma once

#include <string>

#include "connecting.hpp"
#include "invocation.hpp"
#include "session.hpp"

namespace pitstop::tool {

class ExtensionSession {
public:
    // Who calls needs grant_reader(), or grant_operator() for what changes something.
    enum class Right { read, change };

    ExtensionSession(const Invocation &invocation, Right right);

    // One statement, within the query timeout. Failure (refused) where the extension or the right to call it is missing;
    // else SqlError as it comes.
    Rows call(const std::string &sql, const Parameters &parameters = {});
    // The same in a transaction that is rolled back.
    Rows try_out(const std::string &sql, const Parameters &parameters = {});

private:
    void require_extension();
    [[noreturn]] void fail_without_right(const SqlError &error);

    Connection connection_;
    Right right_;
    Session session_;
};

}  // namespace pitstop::tool
