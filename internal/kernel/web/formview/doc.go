// Package formview draws the fields of a form's page, as accessible HTML with
// the markup of govuk-frontend.
//
// Invariants: every input has a label; hints and errors are bound to their
// input by aria-describedby; ids are unique on the page and are what a fault's
// Name says, so that an error summary can link to the input; a page with one
// question has that question as its h1. No script and no inline style is needed.
//
// It draws the heading and the fields, and nothing around them: the <form>
// element (multipart where HasFiles says so), the error summary, the key and
// the main button belong to the page that calls it. It decides nothing, owns no
// tables and records no events.
package formview
