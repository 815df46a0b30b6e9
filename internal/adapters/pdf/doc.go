// Package pdf prints official papers: the receipt (form 01), the supplement
// request (form 02) and the refusal (form 03) of Circular 01/2018/TT-VPCP, on A5
// (Art. 9.2).
//
// The appendix with the layout of the forms is not in the texts that the
// project has, so the papers say in small print that their layout is a draft
// ("mẫu tạm"); what they contain follows Decree 61/2018, Art. 15.3, 17 and 19,
// and Circular 01/2018, Art. 9 and 10. A paper that nobody signed digitally
// says so (Art. 10.1.d asks for the signature).
//
// Invariants: the caller gives plain text, already formatted; the same input
// gives the same bytes; every letter can be searched and copied; what does not
// fit goes on on the next page, under the dossier's code. Text is put into NFC
// first, or marks would be misplaced. A letter that the font does not have is
// printed as a box.
//
// It reads no database and no clock, and never writes a file.
//
// The fonts are subsets of Tinos (see fonts/LICENSE.txt), which has the widths
// of Times New Roman.
package pdf
