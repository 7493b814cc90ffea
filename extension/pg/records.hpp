// Writing what the program tells of itself into tables of pitstop's, as the extension's owner.
#pragma once

#include <string>

#include "core/error.hpp"
#include "pg/journal.hpp"
#include "pg/subtransaction.hpp"

namespace pitstop::pg {

// Runs `write` as the owner. What the given JSON is not fit for (a word where a number belongs, a NULL where a name does, the
// same name twice) leaves as DomainError::invalid_argument; `name` is the parameter's, `form` a sentence on what it has to hold.
template <typename Write>
void write_given(const std::string &name, const std::string &form, Write &&write)
{
    try {
        in_subtransaction([&] {
            const AsOwner owner;
            write();
        });
    } catch (const PgError &error) {
        const int category = ERRCODE_TO_CATEGORY(error.sqlstate());
        if (category != ERRCODE_DATA_EXCEPTION && category != ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION)
            throw;
        throw DomainError(DomainError::Kind::invalid_argument, "could not record " + name + ": " + error.what(), form,
                          "Nothing was recorded. Correct the value, and call again.");
    }
}

}  // namespace pitstop::pg
